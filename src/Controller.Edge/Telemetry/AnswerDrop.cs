namespace Controller.Edge.Telemetry;

/// <summary>Why something that came to the port of a query was not taken for its answer. Counted under its name; append only.</summary>
internal enum AnswerDrop : byte
{
    Malformed,
    WrongSource,
    WrongId,
    WrongQuestion,

    /// <summary>A defect of ours: what was asked is answered as if nobody could say.</summary>
    Fault,
}
