using Controller.Sharding.Model;

namespace Controller.Actors.Trunks;

/// <summary>One of a trunk's concurrent calls: a leg of a call, tried or up. A leg's number is given once, so a slot is taken once and given back once.</summary>
public readonly record struct Slot(ActorId Call, int Leg);
