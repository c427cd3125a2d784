using System.Collections.Immutable;
using Controller.Actors.Calls.Transfers;
using Controller.Actors.Registrations;
using Controller.Edge.Flows;
using Controller.Sharding.Model;
using Controller.Sharding.Wire;
using Controller.Sip.Transport;

namespace Controller.Edge.Dispatch;

/// <summary>What actors ask each other, and their answers, as they travel between nodes.</summary>
internal static class LookupWire
{
    /// <summary>Of an IPv4 flow; nothing that holds one is smaller.</summary>
    private const int SmallestFlow = 22;

    public static void Write(ref OctetWriter writer, ImmutableArray<Binding> bindings)
    {
        writer.I32(bindings.Length);
        foreach (Binding binding in bindings)
        {
            writer.Text(binding.Contact);
            writer.Text(binding.Parameters);
            FlowWire.Write(ref writer, binding.Flow);
            writer.I64(binding.ExpiresAt.Milliseconds);
            writer.TextOrNull(binding.Instance);
            writer.Bool(binding.RegId is not null);
            writer.I32(binding.RegId ?? 0);
            writer.I32(binding.Q);
            writer.Text(binding.CallIdValue);
            writer.I64(binding.CSeq);
        }
    }

    public static ImmutableArray<Binding> Bindings(ref OctetReader reader)
    {
        Binding[] bindings = new Binding[reader.Count(SmallestFlow)];
        for (int i = 0; i < bindings.Length; i++)
        {
            bindings[i] = new Binding(
                reader.Text(), reader.Text(), FlowWire.Read(ref reader), new Instant(reader.I64()), reader.TextOrNull(), RegId(ref reader),
                reader.I32(), reader.Text(), (uint)reader.I64());
        }

        return [.. bindings];
    }

    public static void Write(ref OctetWriter writer, ImmutableArray<Flow> targets)
    {
        writer.I32(targets.Length);
        foreach (Flow target in targets)
        {
            FlowWire.Write(ref writer, target);
        }
    }

    public static ImmutableArray<Flow> Targets(ref OctetReader reader)
    {
        Flow[] targets = new Flow[reader.Count(SmallestFlow)];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = FlowWire.Read(ref reader);
        }

        return [.. targets];
    }

    public static void Write(ref OctetWriter writer, DialogQuery query)
    {
        writer.Text(query.CallIdValue);
        writer.Text(query.ToTag);
        writer.Text(query.FromTag);
        writer.Bool(query.EarlyOnly);
    }

    public static DialogQuery Query(ref OctetReader reader) => new(reader.Text(), reader.Text(), reader.Text(), reader.Bool());

    public static void Write(ref OctetWriter writer, DialogParty? party)
    {
        writer.Bool(party is not null);
        if (party is not null)
        {
            writer.Text(party.Uri);
            writer.Text(party.RemoteParty);
            FlowWire.Write(ref writer, party.Flow);
            writer.Text(party.Trunk);
            writer.Text(party.Replaces);
        }
    }

    public static DialogParty? Party(ref OctetReader reader) =>
        reader.Bool() ? new DialogParty(reader.Text(), reader.Text(), FlowWire.Read(ref reader), reader.Text(), reader.Text()) : null;

    private static int? RegId(ref OctetReader reader)
    {
        bool has = reader.Bool();
        int value = reader.I32();
        return has ? value : null;
    }
}
