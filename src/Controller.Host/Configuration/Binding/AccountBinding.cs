using System.Collections.Immutable;
using System.Text;
using Controller.Actors.Policies;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: the accounts of a trunk that are registered with its carrier.</summary>
internal static class AccountBinding
{
    /// <param name="trunk">Path of the trunk.</param>
    /// <param name="realm">Null: it is wrong, which has been said.</param>
    public static ImmutableArray<AccountSettings> Bind(KnownValues known, string trunk, string? realm, ImmutableArray<ListenerSettings> listeners)
    {
        var accounts = ImmutableArray.CreateBuilder<AccountSettings>();
        for (int i = 0; i < known.Count(trunk + ".register"); i++)
        {
            string path = $"{trunk}.register[{i}]";
            if (known.Find<string>(path + ".aor") is not { } aor)
            {
                continue;
            }

            if (accounts.Any(account => account.AddressOfRecord == aor))
            {
                known.Report(path + ".aor", $"{aor} is there already; expected each address-of-record once");
                continue;
            }

            accounts.Add(Account(known, trunk, path, aor) with { Registrar = Registrar(known, path, realm, listeners) });
        }

        return accounts.ToImmutable();
    }

    private static AccountSettings Account(KnownValues known, string trunk, string path, string aor)
    {
        CredentialsCheck.MustBeBoth(known, path + ".credentials");
        string credentials = known.Has(path + ".credentials.user") ? path + ".credentials" : trunk + ".credentials";
        return new AccountSettings(aor)
        {
            ContactUser = known.Find<string>(path + ".contact-user") ?? UserOf(aor),
            Expires = known.Get(path + ".expires", TimeSpan.FromHours(1)),
            User = known.Find<string>(credentials + ".user"),
            Password = known.Find<string>(credentials + ".password"),
        };
    }

    private static string? Registrar(KnownValues known, string path, string? realm, ImmutableArray<ListenerSettings> listeners)
    {
        if (known.FindValue<(string Uri, SipTransport? Transport)>(path + ".registrar") is not { } registrar)
        {
            return null;
        }

        // RFC 3261 section 10.2: the Request-URI of a REGISTER names a domain, and nobody in it.
        if (SipUri.TryParse(Encoding.ASCII.GetBytes(registrar.Uri), out SipUri uri) && !uri.User.IsEmpty)
        {
            known.Report(path + ".registrar", $"\"{registrar.Uri}\" names a user; expected a domain or an address, such as \"sip:carrier.test\"");
        }

        ListenerCheck.MustExist(known, path + ".registrar", registrar.Transport, realm, listeners);
        return registrar.Uri;
    }

    private static string UserOf(string aor) => SipUri.TryParse(Encoding.ASCII.GetBytes(aor), out SipUri uri) ? Encoding.ASCII.GetString(uri.User) : "";
}
