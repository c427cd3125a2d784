using Controller.Sharding.Model;

namespace Controller.Actors.Trunks;

/// <summary>One of a trunk's concurrent calls: a leg of a call, tried or up. A leg's number is given once, so a slot is taken once and given back once.</summary>
/// <remarks>Ordered, so that whoever goes through slots does it in the same order on every node and in every run.</remarks>
public readonly record struct Slot(ActorId Call, int Leg) : IComparable<Slot>
{
    public int CompareTo(Slot other)
    {
        int byKind = Call.Kind.Value.CompareTo(other.Call.Kind.Value);
        int byCall = byKind != 0 ? byKind : Call.Key.CompareTo(other.Call.Key);
        return byCall != 0 ? byCall : Leg.CompareTo(other.Leg);
    }

    public static bool operator <(Slot left, Slot right) => left.CompareTo(right) < 0;
    public static bool operator >(Slot left, Slot right) => left.CompareTo(right) > 0;
    public static bool operator <=(Slot left, Slot right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Slot left, Slot right) => left.CompareTo(right) >= 0;
}
