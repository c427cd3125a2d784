using System.Net;
using System.Text;
using Controller.Actors.Registrations;
using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Registrations;

/// <summary>
/// Random histories. <see cref="Registrar.Take"/> checks after every input that the next state is the fold of the events;
/// here also that what was stored is enough, and that nothing is due in the past.
/// </summary>
public sealed class LawTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_history_obeys_the_laws(int seed)
    {
        var random = new Random(seed);
        Registrar registrar = seed % 2 == 0 ? new Registrar() : Registrar.Open();
        registrar.With(settings => settings with { MaxBindings = 3 });
        List<RegistrationEvent> stored = [];
        string nonce = "";
        byte[] lastRequest = registrar.Request("");
        var seen = new HashSet<int>();
        for (int step = 0; step < 1500; step++)
        {
            registrar.Now = registrar.Now.After(TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(100_000) : random.Next(100)));
            if (random.Next(10) == 0)
            {
                registrar.Crash(stored);
            }
            else if (random.Next(10) == 0)
            {
                registrar.Take(new RegistrationInput.LookUp(new ActorId(ActorKinds.Call, 1), step));
            }
            else if (random.Next(6) == 0)
            {
                registrar.Send(lastRequest);
            }
            else
            {
                lastRequest = NextRequest(random, registrar, ref nonce);
                seen.Add(registrar.Send(lastRequest).StatusCode);
            }

            stored.AddRange(registrar.Last.Events.Where(happened => Registration.DurabilityOf(happened) != Durability.Volatile));
            if (registrar.Last.Stop)
            {
                stored.Clear();
            }

            RegistrationState recovered = stored.Aggregate(Registration.Empty, Registration.Evolve);
            Assert.Equal(registrar.State.Bindings.AsEnumerable(), recovered.LiveAt(registrar.Now));
            Assert.True(Registration.NextDue(registrar.State) > registrar.Now);
            Assert.InRange(registrar.State.Bindings.Length, 0, 3);
        }

        Assert.Superset(seed % 2 == 0 ? [200, 401, 403, 423] : new HashSet<int> { 200, 400, 403, 423, 500 }, seen);
    }

    private static byte[] NextRequest(Random random, Registrar registrar, ref string nonce)
    {
        string contacts = random.Next(8) switch
        {
            0 => "Contact: *\r\nExpires: " + (random.Next(4) == 0 ? "1" : "0"),
            1 => "Supported: outbound\r\nContact: <sip:a@h>;+sip.instance=\"<urn:uuid:1>\";reg-id=" + random.Next(0, 3),
            2 => "",
            _ => "Contact: " + string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"<sip:{(char)('a' + random.Next(5))}@h>;expires={random.Next(6) * 40}")),
        };
        if (registrar.Settings.Registrar.Authenticate)
        {
            nonce = nonce.Length == 0 || random.Next(10) == 0 ? registrar.FreshNonce() : nonce;
            contacts += (contacts.Length > 0 ? "\r\n" : "") + Registrar.Authorize(
                nonce, (uint)random.Next(1, 100), random.Next(8) == 0 ? "bob" : "alice", random.Next(8) == 0 ? "builder" : "wonderland");
        }

        return registrar.Request(contacts, callId: random.Next(3) == 0 ? "c2" : "c1", cseq: (uint)random.Next(1, 5000));
    }
}
