using Controller.Sharding.Model;

namespace Controller.Actors.Tokens;

/// <summary>
/// The last character of a name that we give tells an edge which kind of actor it belongs to: a call's names have none, and are one character shorter.
/// Names of ours come back in messages: whoever forges one reaches an actor that does not know it.
/// </summary>
internal static class KindMarks
{
    /// <summary>Empty for a call.</summary>
    public static string Of(ActorKind kind) => kind == ActorKinds.Exchange ? "x" : kind == ActorKinds.Subscription ? "s" : kind == ActorKinds.Trunk ? "t" : kind == ActorKinds.Account ? "a" : "";

    /// <param name="plain">How long the name is without a mark.</param>
    public static ActorKind KindOf(ReadOnlySpan<byte> name, int plain) => name.Length != plain + 1 ? ActorKinds.Call : name[^1] switch
    {
        (byte)'x' => ActorKinds.Exchange,
        (byte)'s' => ActorKinds.Subscription,
        (byte)'t' => ActorKinds.Trunk,
        (byte)'a' => ActorKinds.Account,
        _ => ActorKinds.Call,
    };
}
