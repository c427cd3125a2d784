namespace Controller.Host.Configuration.Hocon;

/// <summary>A configuration is written by people; what goes beyond these is an accident or an attack, and gets an error instead of the machine.</summary>
internal static class HoconLimits
{
    /// <summary>Objects and arrays inside each other; also elements of one path.</summary>
    public const int Nesting = 100;

    /// <summary>Files inside each other.</summary>
    public const int Includes = 32;

    /// <summary>Substitutions waiting for each other.</summary>
    public const int SubstitutionDepth = 100;

    /// <summary>Values looked at while resolving: stops one that doubles itself on every line.</summary>
    public const int Steps = 1_000_000;

    /// <summary>Substitutions that cannot be resolved: after so many the rest is not looked at.</summary>
    public const int Problems = 100;

    /// <summary>Characters of one string put together.</summary>
    public const int Text = 1 << 20;

    /// <summary>Characters of one file.</summary>
    public const int File = 16 << 20;
}
