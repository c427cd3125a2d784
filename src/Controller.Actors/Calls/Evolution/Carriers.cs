using Controller.Sip.Messages;
using Controller.Sip.Sdp;

namespace Controller.Actors.Calls.Evolution;

/// <summary>What a request within a dialog, and its final response, are to offer and answer: RFC 6337 table 1.</summary>
internal static class Carriers
{
    public static OfferAnswer.Carrier OfRequest(SipMethod method) => method switch
    {
        SipMethod.Invite => OfferAnswer.Carrier.Invite,
        SipMethod.Update => OfferAnswer.Carrier.Update,
        SipMethod.Prack => OfferAnswer.Carrier.Prack,
        _ => OfferAnswer.Carrier.None,
    };

    public static OfferAnswer.Carrier OfResponse(SipMethod method, bool accepted) => method switch
    {
        SipMethod.Invite => accepted ? OfferAnswer.Carrier.Success : OfferAnswer.Carrier.InviteFailure,
        SipMethod.Update => accepted ? OfferAnswer.Carrier.UpdateSuccess : OfferAnswer.Carrier.UpdateFailure,
        SipMethod.Prack => accepted ? OfferAnswer.Carrier.PrackSuccess : OfferAnswer.Carrier.PrackFailure,
        _ => OfferAnswer.Carrier.None,
    };
}
