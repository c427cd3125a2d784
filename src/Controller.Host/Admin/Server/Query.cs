using System.Globalization;

namespace Controller.Host.Admin.Server;

/// <summary>Reads the query of a list resource; what is wrong with it becomes the detail of a 400.</summary>
public static class Query
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 10_000;

    public static bool TryLimit(HttpContext context, out int limit, out string? wrong)
    {
        limit = DefaultLimit;
        wrong = null;
        string? text = context.Request.Query["limit"];
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxLimit)
        {
            return true;
        }

        wrong = $"limit: '{text}' is not a number from 1 to {MaxLimit}";
        return false;
    }

    /// <summary>Null if absent or empty.</summary>
    public static string? Search(HttpContext context) => context.Request.Query["search"].ToString() is { Length: > 0 } text ? text : null;
}
