namespace Controller.Host.Configuration.Binding;

/// <summary>A user without a password, or the other way round.</summary>
internal static class CredentialsCheck
{
    public static void MustBeBoth(KnownValues known, string path)
    {
        if (known.Has(path + ".user") != known.Has(path + ".password"))
        {
            known.Report(path, "user and password belong together; expected both or neither");
        }
    }
}
