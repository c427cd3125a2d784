namespace Controller.Interop.Tests.Peers;

/// <summary>A real softphone, whichever it is.</summary>
internal interface IPhone : IDisposable
{
    /// <summary>Hertz of the tone it plays into its calls.</summary>
    int Tone { get; }

    /// <summary>What it printed.</summary>
    string Log { get; }

    /// <summary>Calls that have been answered.</summary>
    int Established { get; }

    void ExpectRegistered(TimeSpan limit);

    void ExpectRinging(TimeSpan limit);

    /// <summary>It calls, and hears something before the answer.</summary>
    void ExpectEarlyMedia(TimeSpan limit);

    void ExpectEstablished(int count, TimeSpan limit);

    void Dial(string uri);

    void Accept();

    void Hold();

    void Resume();

    /// <summary>Blind: the other side of the first call is told to call somebody else.</summary>
    void Transfer(string uri);

    /// <summary>Attended: the other side of the first call is connected with <paramref name="uri"/>, who is the other side of the second.</summary>
    void TransferToSecondCall(string uri);

    void HangUp();

    /// <summary>The decoded audio of the latest call.</summary>
    double[] Heard();
}
