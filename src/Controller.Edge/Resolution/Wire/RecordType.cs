namespace Controller.Edge.Resolution.Wire;

/// <summary>The record types that are read; others are passed over. Numbers of the IANA registry.</summary>
internal enum RecordType : ushort
{
    A = 1,
    Cname = 5,
    Soa = 6,
    Aaaa = 28,
    Srv = 33,
    Naptr = 35,
    Opt = 41,
}
