using System.Buffers.Binary;
using System.Numerics;

namespace Controller.Cluster.Sqlite;

/// <summary>CRC-32C (Castagnoli) of a payload: one instruction for eight bytes on current processors.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> payload)
    {
        uint crc = uint.MaxValue;
        while (payload.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(payload));
            payload = payload[sizeof(ulong)..];
        }

        foreach (byte octet in payload)
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return ~crc;
    }
}
