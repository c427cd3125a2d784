namespace Controller.Sip.Uris;

public enum UriScheme : byte
{
    Other = 0,
    Sip,
    Sips,
    Tel,
}
