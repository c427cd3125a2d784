using System.Collections.Immutable;
using System.Text;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Uris;

namespace Controller.Actors.Registrations;

/// <summary>What a REGISTER makes of the bindings: RFC 3261 section 10.3 steps 6 and 7, RFC 5626 section 6. All of it or nothing.</summary>
/// <param name="Status">200, or why nothing changes.</param>
/// <param name="Bindings">The same array as before if nothing changes.</param>
/// <param name="Outbound">A flow was bound (reg-id).</param>
internal readonly record struct BindingUpdate(int Status, ReadOnlyMemory<byte> Reason, ImmutableArray<Binding> Bindings, bool Outbound)
{
    // RFC 3261 section 10.3 step 7: only "an expiration interval less than one hour" may be called too brief.
    private const uint OneHour = 3600;

    public static BindingUpdate Of(ImmutableArray<Binding> bindings, RegisterRequest request, RegistrarSettings settings, Instant now)
    {
        if (request.IsWildcard)
        {
            return RemoveAll(bindings, request);
        }

        if (request.Contacts.IsEmpty)
        {
            return new BindingUpdate(200, default, bindings, false);
        }

        // RFC 5626 section 4.2.1: a REGISTER that makes a flow binding carries one Contact.
        bool outbound = request.SupportsOutbound && request.Contacts.Any(contact => contact.RegId is not null);
        if (outbound && request.Contacts.Length > 1)
        {
            return Refused(400, "One Contact With reg-id"u8);
        }

        // RFC 5626 section 6: "[...] the registrar MUST return a 439 (First Hop Lacks Outbound Support) response."
        if (outbound && request.FirstHopLacksOutbound)
        {
            return Refused(439, "First Hop Lacks Outbound Support"u8);
        }

        ImmutableArray<Binding> updated = bindings;
        foreach (RequestedContact contact in request.Contacts)
        {
            uint seconds = contact.Expires ?? request.Expires ?? (uint)settings.DefaultExpires.TotalSeconds;

            // Step 7: "If the expiration interval is greater than zero AND smaller than one hour AND less than a registrar-configured minimum,
            // the registrar MAY reject the registration with a response of 423 (Interval Too Brief)."
            if (seconds is > 0 and < OneHour && seconds < settings.MinExpires.TotalSeconds)
            {
                return new BindingUpdate(423, default, bindings, false);
            }

            seconds = Math.Min(seconds, (uint)settings.MaxExpires.TotalSeconds);
            if (!TryApply(ref updated, contact, outbound, seconds, request, now))
            {
                // Step 7: "If not, the update MUST be aborted and the request fails."
                return Refused(500, "Out Of Order"u8);
            }
        }

        return updated.Length > settings.MaxBindings && updated.Length > bindings.Length
            ? Refused(403, "Too Many Contacts"u8)
            : new BindingUpdate(200, default, updated, outbound);
    }

    private static bool TryApply(
        ref ImmutableArray<Binding> bindings, RequestedContact contact, bool outbound, uint seconds, RegisterRequest request, Instant now)
    {
        int at = Find(bindings, contact, outbound);
        if (at < 0)
        {
            if (seconds > 0)
            {
                bindings = bindings.Add(Bind(contact, outbound, seconds, request, now));
            }

            return true;
        }

        Binding existing = bindings[at];
        if (existing.CallIdValue == request.CallIdValue && request.CSeq <= existing.CSeq)
        {
            // The same number: this very request made the binding and its answer was lost with a node. What it asks for is done.
            return request.CSeq == existing.CSeq && seconds > 0;
        }

        bindings = seconds == 0 ? bindings.RemoveAt(at) : bindings.SetItem(at, Bind(contact, outbound, seconds, request, now));
        return true;
    }

    /// <summary>
    /// RFC 5626 section 6: a flow binding is found by instance and reg-id, whatever its URI. RFC 3261 section 10.3 step 7: any other by
    /// "the URI comparison rules" of section 19.1.4.
    /// </summary>
    private static int Find(ImmutableArray<Binding> bindings, RequestedContact contact, bool outbound)
    {
        byte[]? uri = null;
        for (int i = 0; i < bindings.Length; i++)
        {
            Binding binding = bindings[i];
            if (outbound && binding.RegId is not null)
            {
                if (binding.RegId == contact.RegId && binding.Instance == contact.Instance)
                {
                    return i;
                }
            }
            else if (SipUri.AreEquivalent(uri ??= Encoding.UTF8.GetBytes(contact.Uri), Encoding.UTF8.GetBytes(binding.Contact)))
            {
                return i;
            }
        }

        return -1;
    }

    private static Binding Bind(RequestedContact contact, bool outbound, uint seconds, RegisterRequest request, Instant now) => new(
        contact.Uri, contact.Parameters, request.Flow, now.After(TimeSpan.FromSeconds(seconds)), contact.Instance, outbound ? contact.RegId : null,
        contact.Q, request.CallIdValue, request.CSeq);

    private static BindingUpdate RemoveAll(ImmutableArray<Binding> bindings, RegisterRequest request)
    {
        // Step 6: "If the request has additional Contact fields or an expiration time other than zero, the request is invalid, and the
        // server MUST return a 400 (Invalid Request) and skip the remaining steps."
        if (!request.Contacts.IsEmpty || request.Expires != 0)
        {
            return Refused(400, "Invalid Request"u8);
        }

        // Step 6: "If it does agree, it MUST remove the binding only if the CSeq in the request is higher than the value stored for that
        // binding. Otherwise, the update MUST be aborted and the request fails."
        foreach (Binding binding in bindings)
        {
            if (binding.CallIdValue == request.CallIdValue && request.CSeq <= binding.CSeq)
            {
                return Refused(500, "Out Of Order"u8);
            }
        }

        return new BindingUpdate(200, default, bindings.Clear(), false);
    }

    private static BindingUpdate Refused(int status, ReadOnlySpan<byte> reason) => new(status, reason.ToArray(), [], false);
}
