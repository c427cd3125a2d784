using System.Globalization;
using System.Text;
using Controller.Host.Admin.Server;
using Controller.Host.Configuration.Hocon;
using Controller.Sharding.Journal;
using Microsoft.AspNetCore.Http.Features;

namespace Controller.Host.Admin.Config;

/// <summary>A body is a configuration in HOCON; without one, the node's own file is meant.</summary>
public static class ConfigResource
{
    private const string Base = "/api/v1/config";
    private const int LongestName = 64;

    public static void Map(IEndpointRouteBuilder app, ILiveConfiguration live)
    {
        app.MapGet(Base, (RequestDelegate)(context => Answers.Json(context, live.Look(), AdminJson.Default.ConfigurationAnswer)));
        app.MapGet(Base + "/versions", (RequestDelegate)(context => VersionsAsync(context, live)));
        app.MapPost(Base + "/validate", (RequestDelegate)(async context =>
        {
            ConfigurationCheck check = live.Validate(await BodyAsync(context).ConfigureAwait(false));
            await Answers.Json(context, check, AdminJson.Default.ConfigurationCheck).ConfigureAwait(false);
        }));
        app.MapPost(Base + "/activate", (RequestDelegate)(async context =>
        {
            if (await NumberAsync(context, "expect").ConfigureAwait(false) is (true, var expect))
            {
                string? body = await BodyAsync(context).ConfigureAwait(false);
                await AnswerAsync(context, await live.ActivateAsync(body, expect, By(context)).ConfigureAwait(false)).ConfigureAwait(false);
            }
        }));
        app.MapPost(Base + "/rollback", (RequestDelegate)(async context =>
        {
            if (await NumberAsync(context, "expect").ConfigureAwait(false) is (true, var expect) && await NumberAsync(context, "to").ConfigureAwait(false) is (true, var to))
            {
                await AnswerAsync(context, await live.RollBackAsync(to, expect, By(context)).ConfigureAwait(false)).ConfigureAwait(false);
            }
        }));
        app.MapPost(Base + "/reload", (RequestDelegate)(async context =>
            await AnswerAsync(context, await live.ActivateAsync(null, null, By(context)).ConfigureAwait(false)).ConfigureAwait(false)));
    }

    private static Task AnswerAsync(HttpContext context, Activation activation) => activation.Answer is { } answer
        ? Answers.Json(context, answer, AdminJson.Default.ActivationAnswer)
        : Answers.Problem(context, StatusOf(activation.Why), "the running configuration stays: " + string.Join("; ", activation.Refused));

    private static int StatusOf(ActivationRefusal why) => why switch
    {
        ActivationRefusal.Invalid => StatusCodes.Status422UnprocessableEntity,
        ActivationRefusal.Unknown => StatusCodes.Status404NotFound,
        ActivationRefusal.Store => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status409Conflict,
    };

    private static Task VersionsAsync(HttpContext context, ILiveConfiguration live)
    {
        try
        {
            return Answers.Json(context, live.Versions(), AdminJson.Default.VersionList);
        }
        catch (JournalException failed)
        {
            return Answers.Problem(context, StatusCodes.Status503ServiceUnavailable, failed.Message);
        }
    }

    /// <returns>Null: there is none.</returns>
    /// <exception cref="BadHttpRequestException">Too long, or not UTF-8.</exception>
    private static async Task<string?> BodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = HoconLimits.File;
        }

        using var reader = new StreamReader(context.Request.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        try
        {
            string text = await reader.ReadToEndAsync(context.RequestAborted).ConfigureAwait(false);
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            throw new BadHttpRequestException("the body is not UTF-8; expected a configuration in HOCON");
        }
    }

    /// <returns>False: it was answered 400.</returns>
    private static async Task<(bool Read, long? Number)> NumberAsync(HttpContext context, string name)
    {
        string text = context.Request.Query[name].ToString();
        if (text.Length == 0)
        {
            return (true, null);
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return (true, number);
        }

        await Answers.Problem(context, StatusCodes.Status400BadRequest, $"{name}: '{text}' is not the number of a version").ConfigureAwait(false);
        return (false, null);
    }

    /// <summary>Who says so himself, or the address: of people this interface knows nothing.</summary>
    private static string By(HttpContext context)
    {
        string name = context.Request.Query["by"].ToString();
        return name.Length is > 0 and <= LongestName && !name.Any(char.IsControl) ? name : $"{context.Connection.RemoteIpAddress}";
    }
}
