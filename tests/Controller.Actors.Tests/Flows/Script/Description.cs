namespace Controller.Actors.Tests.Flows.Script;

/// <summary>What one side says of its media: one audio stream, and which way it flows. RFC 3264 section 8: the version grows when it changes.</summary>
internal sealed class Description(Party party)
{
    private string _last = "";
    private int _version;

    /// <summary>sendonly (hold), inactive, recvonly; empty: both ways.</summary>
    public string Direction { get; set; } = "";

    /// <summary>Where it wants to get its media; changes when it moves to another network.</summary>
    public string Host { get; set; } = party.Address.Address.ToString();
    public int Port { get; set; } = 49_170;

    public string Offer(string direction)
    {
        Direction = direction;
        return Text();
    }

    /// <summary>RFC 3264 section 6.1: to sendonly the answer is recvonly, to inactive inactive.</summary>
    public string Answer(string offer)
    {
        Direction = offer.Contains("a=sendonly", StringComparison.Ordinal) ? "recvonly"
            : offer.Contains("a=recvonly", StringComparison.Ordinal) ? "sendonly"
            : offer.Contains("a=inactive", StringComparison.Ordinal) ? "inactive"
            : "";
        return Text();
    }

    private string Text()
    {
        string media = $"s=-\r\nc=IN IP4 {Host}\r\nt=0 0\r\nm=audio {Port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n{(Direction.Length > 0 ? $"a={Direction}\r\n" : "")}";
        if (media != _last)
        {
            _last = media;
            _version++;
        }

        return $"v=0\r\no={party.User} 2890844526 {_version} IN IP4 {Host}\r\n{media}";
    }
}
