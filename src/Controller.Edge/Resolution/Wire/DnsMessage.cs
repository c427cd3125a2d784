using System.Collections.Immutable;

namespace Controller.Edge.Resolution.Wire;

/// <summary>A response as it was read. Of a truncated one only the header and the question are.</summary>
/// <param name="Code">RCODE, with the upper bits of an OPT record (RFC 6891 section 6.1.3).</param>
internal sealed record DnsMessage(
    ushort Id, DnsQuestion Question, int Code, bool IsTruncated, ImmutableArray<DnsRecord> Answers, ImmutableArray<DnsRecord> Authorities)
{
    public const int NoError = 0, FormatError = 1, ServerFailure = 2, NameError = 3;
}
