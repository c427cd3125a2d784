using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Controller.Host.Admin.Calls;
using Controller.Host.Admin.Registrations;
using Controller.Host.Admin.Server;
using Controller.Host.Admin.Trunks;

namespace Controller.Host.Admin.Cluster;

/// <summary>
/// The calls, registrations and trunks of all nodes: this node's own, and what the others answer within a second. A node that does not answer is missing from the
/// picture, as it is for a second after it has died.
/// </summary>
/// <param name="ask">Puts a question to every other node; gives the answers that came.</param>
public sealed class WholeCluster(
    ICallDirectory calls, IRegistrationDirectory registrations, ITrunkStandings trunks, Func<ReadOnlyMemory<byte>, Task<IReadOnlyList<ReadOnlyMemory<byte>>>> ask)
    : ICallDirectory, IRegistrationDirectory, ITrunkStandings
{
    public async Task<CallList> FindAsync(CallQuery query)
    {
        List<CallList> all = await GatherAsync(calls.FindAsync(query), new WholeClusterQuestion { Calls = query }, AdminJson.Default.CallList).ConfigureAwait(false);
        return new CallList(all.Sum(list => list.Total), query.Newest(all.SelectMany(list => list.Items)));
    }

    public async Task<CallView?> GetAsync(UInt128 key)
    {
        if (await calls.GetAsync(key).ConfigureAwait(false) is { } ours)
        {
            return ours;
        }

        string id = key.ToString("x32", CultureInfo.InvariantCulture);
        List<CallView> others = await OthersAsync(new WholeClusterQuestion { Call = id }, AdminJson.Default.CallView).ConfigureAwait(false);
        return others.Count > 0 ? others[0] : null;
    }

    /// <summary>The journal is everybody's.</summary>
    public Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(UInt128 key) => calls.HistoryAsync(key);

    public bool HangUp(UInt128 key) => calls.HangUp(key);

    public async Task<IReadOnlyDictionary<string, int>> TrunksInUseAsync()
    {
        List<Dictionary<string, int>> all = await OthersAsync(new WholeClusterQuestion { Trunks = true }, AdminJson.Default.DictionaryStringInt32).ConfigureAwait(false);
        return (await calls.TrunksInUseAsync().ConfigureAwait(false)).Concat(all.SelectMany(each => each)).GroupBy(each => each.Key).ToDictionary(uses => uses.Key, uses => uses.Sum(use => use.Value));
    }

    public async Task<RegistrationList> FindAsync(string? search, int limit)
    {
        List<RegistrationList> all = await GatherAsync(
            registrations.FindAsync(search, limit), new WholeClusterQuestion { Registrations = new RegistrationQuery(search, limit) }, AdminJson.Default.RegistrationList).ConfigureAwait(false);
        return new RegistrationList(all.Sum(list => list.Total), RegistrationList.First(all.SelectMany(list => list.Items), limit));
    }

    /// <summary>Each trunk and each account has one owner.</summary>
    public async Task<TrunkStandings> StandingsAsync()
    {
        List<TrunkStandings> all = await GatherAsync(trunks.StandingsAsync(), new WholeClusterQuestion { Standings = true }, AdminJson.Default.TrunkStandings).ConfigureAwait(false);
        return new TrunkStandings([.. all.SelectMany(each => each.Items)]) { Accounts = [.. all.SelectMany(each => each.Accounts)] };
    }

    /// <summary>Answers another node for this one; nothing if there is nothing to say.</summary>
    public async Task<ReadOnlyMemory<byte>> AnswerAsync(ReadOnlyMemory<byte> question) => JsonSerializer.Deserialize(question.Span, AdminJson.Default.WholeClusterQuestion) switch
    {
        { Calls: { } query } => Json(await calls.FindAsync(query).ConfigureAwait(false), AdminJson.Default.CallList),
        { Call: { } id } when UInt128.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 key) =>
            await calls.GetAsync(key).ConfigureAwait(false) is { } call ? Json(call, AdminJson.Default.CallView) : default,
        { Trunks: not null } => Json(new Dictionary<string, int>(await calls.TrunksInUseAsync().ConfigureAwait(false)), AdminJson.Default.DictionaryStringInt32),
        { Standings: not null } => Json(await trunks.StandingsAsync().ConfigureAwait(false), AdminJson.Default.TrunkStandings),
        { Registrations: { } query } => Json(await registrations.FindAsync(query.Search, query.Limit).ConfigureAwait(false), AdminJson.Default.RegistrationList),
        _ => default,
    };

    private async Task<List<T>> GatherAsync<T>(Task<T> ours, WholeClusterQuestion question, JsonTypeInfo<T> shape)
    {
        List<T> all = await OthersAsync(question, shape).ConfigureAwait(false);
        all.Add(await ours.ConfigureAwait(false));
        return all;
    }

    private async Task<List<T>> OthersAsync<T>(WholeClusterQuestion question, JsonTypeInfo<T> shape) =>
        [.. (await ask(Json(question, AdminJson.Default.WholeClusterQuestion)).ConfigureAwait(false))
            .Where(answer => !answer.IsEmpty).Select(answer => JsonSerializer.Deserialize(answer.Span, shape)).OfType<T>()];

    private static ReadOnlyMemory<byte> Json<T>(T value, JsonTypeInfo<T> shape) => JsonSerializer.SerializeToUtf8Bytes(value, shape);
}
