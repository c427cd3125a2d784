namespace Controller.Host.Configuration.Keys;

/// <param name="Path">Below <c>controller</c>; <c>*</c> stands for a name the user gives, <c>[]</c> for the elements of a list.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Default">As HOCON; null: none, or (journal.sqlite.file, cdr.file) one that refers to another key and stands only in reference.conf.</param>
internal sealed record Key(string Path, KeyKind Kind, string? Default)
{
    /// <summary>Missing is an error wherever the object around it exists.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Never printed.</summary>
    public bool IsSecret { get; init; }
}
