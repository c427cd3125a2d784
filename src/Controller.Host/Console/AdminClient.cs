using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Controller.Host.Admin.Server;
using Controller.Host.Configuration.Options;

namespace Controller.Host.Console;

/// <summary>Asks a node that runs, at the address and with the token of its configuration.</summary>
internal static class AdminClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task<T> GetAsync<T>(AdminOptions admin, string path, JsonTypeInfo<T> shape) => AskAsync(admin, HttpMethod.Get, path, null, "", shape);

    public static Task<T> PostAsync<T>(AdminOptions admin, string path, string? body, string contentType, JsonTypeInfo<T> shape) => AskAsync(admin, HttpMethod.Post, path, body, contentType, shape);

    /// <exception cref="UserErrorException">It cannot be asked, or refuses: one line says why.</exception>
    private static async Task<T> AskAsync<T>(AdminOptions admin, HttpMethod method, string path, string? body, string contentType, JsonTypeInfo<T> shape)
    {
        using HttpClient http = new() { Timeout = Patience };
        using HttpRequestMessage request = new(method, $"http://{admin.Listen}/api/v1/{path}");
        request.Headers.Authorization = admin.Token is { } token ? new AuthenticationHeaderValue("Bearer", token) : null;
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, contentType);
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request).ConfigureAwait(false);
            string answer = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize(answer, shape)!
                : throw new UserErrorException($"the node at {admin.Listen} refuses: {JsonSerializer.Deserialize(answer, AdminJson.Default.Problem)?.Detail ?? answer}");
        }
        catch (Exception failed) when (failed is HttpRequestException or TaskCanceledException or JsonException)
        {
            throw new UserErrorException($"the node at {admin.Listen} cannot be asked: {failed.Message}", failed);
        }
    }
}
