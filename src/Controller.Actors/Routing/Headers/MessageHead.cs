using System.Text;
using Controller.Actors.Calls;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Routing.Headers;

/// <summary>
/// Start line and header lines of one message, to be changed by rules; the body stays. Text is Latin-1, one character an octet. A name stands for its compact form
/// as well (RFC 3261 section 7.3.3).
/// </summary>
public sealed class MessageHead
{
    private readonly List<(HeaderId Id, string Name, string Value)> _lines = [];
    private readonly byte[] _body;
    private readonly string _startLine;

    private MessageHead(string startLine, byte[] body)
    {
        _startLine = startLine;
        _body = body;
    }

    public SipMethod Method { get; private init; }

    /// <summary>0 for a request.</summary>
    public int Status { get; private init; }

    public bool IsRequest => Status == 0;

    /// <summary>Empty for a response.</summary>
    public string RequestUri { get; private set; } = "";

    /// <summary>Whether anything is another than before.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The lines as they stand now.</summary>
    public IEnumerable<string> Lines => _lines.Select(line => $"{line.Name}: {line.Value}");

    public static MessageHead Of(SipMessage message)
    {
        string startLine = message.IsRequest ? Latin1.Text(message.MethodText) : $"SIP/2.0 {message.StatusCode} {Latin1.Text(message.ReasonPhrase)}";
        var head = new MessageHead(startLine, message.Body.ToArray())
        {
            Method = message.Method,
            Status = message.StatusCode,
            RequestUri = Latin1.Text(message.RequestUri),
        };
        for (int i = 0; i < message.HeaderCount; i++)
        {
            HeaderLine line = message.Header(i);
            head._lines.Add((line.Id, Latin1.Text(message.Name(line)), Latin1.Text(message.Value(line))));
        }

        return head;
    }

    /// <summary>A message that never was: what a fixture is about.</summary>
    /// <param name="lines">"Name: value" each.</param>
    public static MessageHead Of(SipMethod method, int status, string requestUri, IEnumerable<string> lines)
    {
        var head = new MessageHead(method.Name(), []) { Method = method, Status = status, RequestUri = requestUri };
        foreach (string line in lines)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string name = line[..Math.Max(0, colon)].Trim();
            head._lines.Add((IdOf(name), name, line[(colon + 1)..].Trim()));
        }

        return head;
    }

    /// <summary>The first line's value; null if there is none.</summary>
    public string? First(string header)
    {
        int at = Find(header);
        return at < 0 ? null : _lines[at].Value;
    }

    public bool Any(string header, Func<string, bool> matches)
    {
        HeaderId id = IdOf(header);
        return _lines.Exists(line => Is(line, id, header) && matches(line.Value));
    }

    public void Add(string header, string value)
    {
        _lines.Add((IdOf(header), header, OneLine(value)));
        IsChanged = true;
    }

    public void Remove(string header)
    {
        HeaderId id = IdOf(header);
        IsChanged |= _lines.RemoveAll(line => Is(line, id, header)) > 0;
    }

    /// <summary>One line with this value, where the first one stood, or behind all others.</summary>
    public void Set(string header, string value)
    {
        int at = Find(header);
        Remove(header);
        _lines.Insert(at < 0 ? _lines.Count : at, (IdOf(header), header, OneLine(value)));
        IsChanged = true;
    }

    /// <summary>Each line's value, one by one.</summary>
    public void Change(string header, Func<string, string> change)
    {
        HeaderId id = IdOf(header);
        for (int i = 0; i < _lines.Count; i++)
        {
            if (Is(_lines[i], id, header) && OneLine(change(_lines[i].Value)) is var value && value != _lines[i].Value)
            {
                _lines[i] = _lines[i] with { Value = value };
                IsChanged = true;
            }
        }
    }

    /// <summary>Another Request-URI.</summary>
    public void Redirect(string requestUri)
    {
        IsChanged |= requestUri != RequestUri;
        RequestUri = requestUri;
    }

    /// <summary>The message as it is now, octet by octet.</summary>
    public byte[] Write()
    {
        var text = new StringBuilder(_startLine);
        if (IsRequest)
        {
            text.Append(' ').Append(RequestUri).Append(" SIP/2.0");
        }

        text.Append("\r\n");
        foreach ((_, string name, string value) in _lines)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return [.. Latin1.Octets(text.Append("\r\n").ToString()), .. _body];
    }

    private int Find(string header)
    {
        HeaderId id = IdOf(header);
        return _lines.FindIndex(line => Is(line, id, header));
    }

    private static HeaderId IdOf(string name) => HeaderCatalogue.Parse(Latin1.Octets(name));

    private static bool Is((HeaderId Id, string Name, string Value) line, HeaderId id, string name) =>
        id == HeaderId.Unknown ? line.Name.Equals(name, StringComparison.OrdinalIgnoreCase) : line.Id == id;

    // No value, wherever it came from, can add a line.
    private static string OneLine(string value) => value.Replace('\r', ' ').Replace('\n', ' ');
}
