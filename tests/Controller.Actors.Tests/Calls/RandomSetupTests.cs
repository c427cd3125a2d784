using System.Globalization;
using Controller.Actors.Calls.State;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>
/// Callers and callees of every ability who say anything at any time while a call is set up behind a forking proxy, with crashes in between. Whatever
/// they do: one final response, one record, every 2xx acknowledged, nobody left up, nothing left over.
/// </summary>
public class RandomSetupTests
{
    private const string Methods = "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";
    private static readonly string[] Abilities = ["", Methods, "Supported: 100rel\r\n" + Methods, "Require: 100rel\r\n", "Supported: 100rel, 199\r\n", "Supported: 199\r\nRequire: 100rel\r\n" + Methods];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_said_while_a_call_is_set_up_it_ends_in_order(int part)
    {
        for (int seed = part * 100; seed < (part + 1) * 100; seed++)
        {
            try
            {
                new Setup(new Random(seed)).Run();
            }
            catch (Exception wrong)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {wrong.Message}"), wrong);
            }
        }
    }

    private sealed class Setup(Random random)
    {
        private readonly CallDriver _call = new();
        private readonly HashSet<string> _answered = [];
        private readonly uint[] _rseq = [100, 200, 300];
        private int _callerCSeq = 1;
        private int _calleeCSeq;
        private int _branches;
        private int _heard;

        public void Run()
        {
            bool offer = random.Next(4) != 0;
            _call.FromCaller(Invite(sdp: offer ? CallerSdp : null, extra: Abilities[random.Next(Abilities.Length)]));
            for (int step = 0; step < 25 && !_call.Stopped; step++)
            {
                Act();
                Hear(honest: random.Next(5) != 0);
            }

            // From here both parties do what they must, and nothing of their own accord.
            for (int round = 0; round < 200 && !_call.Stopped; round++)
            {
                Hear(honest: true);
                _call.Elapse(TimeSpan.FromSeconds(2));
            }

            Assert.True(_call.Stopped, $"still there in {_call.State.Phase}");
            Assert.Single(_call.ChargingRecords);
            string[] finals = [.. _call.To(CallDriver.Caller, "SIP/2.0 ").Where(sent => sent.Header("CSeq") == "1 INVITE" && sent.StartLine[8] != '1').Select(sent => sent.StartLine).Distinct()];
            Assert.Single(finals);
            string[] acknowledged = [.. _call.To(CallDriver.Callee, "ACK").Select(ack => ack.Header("To").Split(";tag=")[^1])];
            Assert.All(_answered, tag => Assert.Contains(tag, acknowledged));
            string[] over = [.. _call.To(CallDriver.Callee, "BYE").Select(bye => bye.Header("To").Split(";tag=")[^1]).Concat(_hungUpByCallee)];
            Assert.All(_answered, tag => Assert.Contains(tag, over));
        }

        private readonly List<string> _hungUpByCallee = [];

        private string Branch => "z9hG4bKr" + (++_branches).ToString(CultureInfo.InvariantCulture);

        private Sent First => _call.First("INVITE");

        private void Act()
        {
            int fork = random.Next(3);
            string tag = "fork-" + fork.ToString(CultureInfo.InvariantCulture);
            string? sdp = random.Next(2) == 0 ? CalleeSdpOn(4000 + fork) : null;
            IReadOnlyList<Sent> shown = [.. _call.To(CallDriver.Caller, "SIP/2.0 1").Where(sent => sent.ToTag.Length > 0)];
            Sent? dialog = shown.Count == 0 ? null : shown[random.Next(shown.Count)];
            switch (random.Next(16))
            {
                case 0 or 1 or 2:
                    _call.FromCallee(Response(First, random.Next(2) == 0 ? 180 : 183, tag, sdp, Methods));
                    break;
                case 3 or 4 or 5:
                    uint rseq = random.Next(6) switch { 0 => _rseq[fork], 1 => _rseq[fork] + 2, _ => ++_rseq[fork] };
                    _call.FromCallee(Response(First, 183, tag, sdp, Reliable(rseq) + Methods));
                    break;
                case 6:
                    _call.FromCallee(Response(First, 199, tag));
                    break;
                case 7 when random.Next(3) == 0:
                    // A callee that has been cancelled, or has refused, may have answered before.
                    _answered.Add(tag);
                    _call.FromCallee(Response(First, 200, tag, CalleeSdpOn(4000 + fork)));
                    break;
                case 8 when random.Next(4) == 0 && _answered.Count == 0:
                    _call.FromCallee(Response(First, 486, tag));
                    break;
                case 9 when dialog is not null:
                    _call.FromCaller(FromCaller("UPDATE", dialog.ToTag, ++_callerCSeq, Branch, sdp: random.Next(2) == 0 ? CallerSdp : null));
                    break;
                case 10 when dialog is not null:
                    _call.FromCaller(FromCaller("PRACK", dialog.ToTag, ++_callerCSeq, Branch, extra: $"RAck: {random.Next(1, 1000)} 1 INVITE\r\n"));
                    break;
                case 11 when dialog is not null && random.Next(4) == 0:
                    _call.FromCaller(FromCaller("BYE", dialog.ToTag, ++_callerCSeq, Branch));
                    break;
                case 12 when random.Next(6) == 0:
                    _call.FromCaller(FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
                    break;
                case 13:
                    _call.FromCallee(FromCallee(random.Next(2) == 0 ? "UPDATE" : "INFO", First, ++_calleeCSeq, Branch, tag, sdp));
                    break;
                case 14:
                    _call.Elapse(TimeSpan.FromMilliseconds(random.Next(3000)));
                    break;
                case 15 when random.Next(2) == 0:
                    _call.CrashAndRecover();
                    break;
            }
        }

        /// <summary>The parties answer what has been sent since; one that is not honest says nothing.</summary>
        private void Hear(bool honest)
        {
            for (; _heard < _call.Wire.Count && !_call.Stopped; _heard++)
            {
                Sent sent = _call.Wire[_heard];
                if (honest)
                {
                    Answer(sent);
                }
            }
        }

        private void Answer(Sent sent)
        {
            bool toCaller = sent.To.Remote.Equals(CallDriver.Caller);
            Action<string> from = toCaller ? _call.FromCaller : text => _call.FromCallee(text);
            string method = sent.StartLine.Split(' ')[0];
            switch (method)
            {
                case "SIP/2.0" when toCaller && sent.Header("CSeq") == "1 INVITE" && sent.StartLine[8] == '2':
                    _call.FromCaller(FromCaller("ACK", sent.ToTag, 1, Branch, sdp: First.Body.Length == 0 ? CallerSdp : null));
                    _call.FromCaller(FromCaller("BYE", sent.ToTag, _callerCSeq += 2, Branch));
                    break;
                case "SIP/2.0" when toCaller && sent.Header("CSeq") == "1 INVITE" && sent.StartLine[8] > '2':
                    _call.FromCaller(FromCaller("ACK", sent.ToTag, 1, "z9hG4bKinv1"));
                    break;
                case "SIP/2.0" when toCaller && sent.Has("RSeq"):
                    _call.FromCaller(FromCaller("PRACK", sent.ToTag, ++_callerCSeq, Branch, extra: $"RAck: {sent.Header("RSeq")} 1 INVITE\r\n", sdp: First.Body.Length == 0 && sent.Body.Length > 0 ? CallerSdp : null));
                    break;
                case "BYE" or "PRACK" or "INFO":
                    from(Response(sent, 200, toTag: ""));
                    break;
                case "UPDATE":
                    from(Response(sent, 200, toTag: "", sdp: sent.Body.Length > 0 ? CalleeSdp : null));
                    break;
                case "CANCEL":
                    from(Response(sent, 200));
                    if (_answered.Count == 0)
                    {
                        from(Response(First, 487));
                    }

                    break;
            }
        }
    }
}
