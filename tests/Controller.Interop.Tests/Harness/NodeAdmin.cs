using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Controller.Interop.Tests.Harness;

/// <summary>The node's HTTP interface as an operator meets it.</summary>
internal sealed class NodeAdmin : IDisposable
{
    private readonly HttpClient _client;

    public NodeAdmin(int port)
        : this(new IPEndPoint(IPAddress.Loopback, port), null)
    {
    }

    public NodeAdmin(IPEndPoint address, string? token)
    {
        _client = new HttpClient { BaseAddress = new Uri($"http://{address}"), Timeout = TimeSpan.FromSeconds(10) };
        _client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    public HttpStatusCode StatusOf(string path)
    {
        using HttpResponseMessage response = _client.GetAsync(new Uri(path, UriKind.Relative)).GetAwaiter().GetResult();
        return response.StatusCode;
    }

    public JsonElement Get(string path)
    {
        string text = _client.GetStringAsync(new Uri(path, UriKind.Relative)).GetAwaiter().GetResult();
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    public HttpStatusCode Delete(string path)
    {
        using HttpResponseMessage response = _client.DeleteAsync(new Uri(path, UriKind.Relative)).GetAwaiter().GetResult();
        return response.StatusCode;
    }

    /// <returns>The status, and the answer: a problem if it is not 200.</returns>
    public (HttpStatusCode Status, JsonElement Body) Post(string path, string body = "")
    {
        using StringContent content = new(body);
        using HttpResponseMessage response = _client.PostAsync(new Uri(path, UriKind.Relative), content).GetAwaiter().GetResult();
        return (response.StatusCode, JsonDocument.Parse(response.Content.ReadAsStringAsync().GetAwaiter().GetResult()).RootElement.Clone());
    }

    public int Calls() => Get("/api/v1/calls?limit=1").GetProperty("total").GetInt32();

    /// <summary>The Prometheus samples, by name with labels, e.g. <c>x_total{reason="y"}</c>.</summary>
    public IReadOnlyDictionary<string, double> Metrics()
    {
        var samples = new Dictionary<string, double>();
        string text = _client.GetStringAsync(new Uri("/metrics", UriKind.Relative)).GetAwaiter().GetResult();
        foreach (string line in text.Split('\n'))
        {
            int split = line.LastIndexOf(' ');
            if (split > 0 && line[0] != '#' && double.TryParse(line[(split + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            {
                samples[line[..split]] = value;
            }
        }

        return samples;
    }

    /// <summary>Sum of all samples whose name, without labels, contains all given words.</summary>
    public double Sum(params string[] words) =>
        Metrics().Where(sample => words.All(word => sample.Key.Split('{')[0].Contains(word, StringComparison.Ordinal))).Sum(sample => sample.Value);

    public void Dispose() => _client.Dispose();
}
