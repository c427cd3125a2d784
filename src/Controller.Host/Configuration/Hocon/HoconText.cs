namespace Controller.Host.Configuration.Hocon;

/// <summary>Where included text comes from: files, or a test's dictionary.</summary>
/// <param name="path">Relative to the working directory, or absolute.</param>
/// <returns>Null if there is none; throws <see cref="IOException"/> if there is one that cannot be read.</returns>
public delegate string? HoconText(string path);
