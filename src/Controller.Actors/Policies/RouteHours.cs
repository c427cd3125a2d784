using System.Collections.Immutable;

namespace Controller.Actors.Policies;

/// <summary>Days of the week and a time of day, in the time zone of the routes.</summary>
/// <param name="Days">Empty: every day. Of a time over midnight, the day on which it begins.</param>
/// <param name="To">No longer included; the same as <paramref name="From"/>: the whole day.</param>
public sealed record RouteHours(ImmutableArray<DayOfWeek> Days, TimeOnly From, TimeOnly To)
{
    public bool Include(DateTimeOffset at, TimeZoneInfo zone)
    {
        DateTimeOffset local = TimeZoneInfo.ConvertTime(at, zone);
        var time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        if (From < To)
        {
            return Has(local.DayOfWeek) && time >= From && time < To;
        }

        return From == To ? Has(local.DayOfWeek) : time >= From ? Has(local.DayOfWeek) : time < To && Has(local.AddDays(-1).DayOfWeek);
    }

    private bool Has(DayOfWeek day) => Days.IsEmpty || Days.Contains(day);
}
