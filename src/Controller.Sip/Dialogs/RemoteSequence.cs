using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Sip.Dialogs;

/// <summary>What the CSeq of a request in a dialog says about its place in the order.</summary>
public enum SequenceVerdict : byte
{
    /// <summary>Next, or further ahead: gaps are legal. Remember the number.</summary>
    InOrder,

    /// <summary>The number of the last request, in another transaction: nothing to remember.</summary>
    Repeated,

    /// <summary>Answer 500 and change nothing.</summary>
    OutOfOrder,

    /// <summary>ACK or CANCEL: they carry the number of the request they belong to and have no place of their own.</summary>
    NotOrdered,
}

/// <summary>The order of the requests in one direction of a dialog: RFC 3261 section 12.2.2.</summary>
public static class RemoteSequence
{
    /// <param name="last">The dialog's remote sequence number; null if it is empty.</param>
    public static SequenceVerdict Check(uint? last, CSeq received) => received.Method switch
    {
        SipMethod.Ack or SipMethod.Cancel => SequenceVerdict.NotOrdered,

        // 12.2.2: "If the remote sequence number is empty, it MUST be set to the value of the sequence number in the CSeq header field value in the request."
        _ when last is null => SequenceVerdict.InOrder,

        // 12.2.2: "If the remote sequence number was not empty, but the sequence number of the request is lower than the remote sequence number,
        // the request is out of order and MUST be rejected with a 500 (Server Internal Error) response."
        _ when received.Number < last => SequenceVerdict.OutOfOrder,

        // 12.2.2: "If the remote sequence number was not empty, and the sequence number of the request is greater than the remote sequence number,
        // the request is in order. It is possible for the CSeq sequence number to be higher than the remote sequence number by more than one."
        _ when received.Number > last => SequenceVerdict.InOrder,
        _ => SequenceVerdict.Repeated,
    };

    /// <summary>8.1.1.5: "The sequence number value MUST be expressible as a 32-bit unsigned integer and MUST be less than 2**31."</summary>
    public static bool IsAllowed(uint number) => number < 1u << 31;
}
