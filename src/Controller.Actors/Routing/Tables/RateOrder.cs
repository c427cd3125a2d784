namespace Controller.Actors.Routing.Tables;

/// <summary>In which order the trunks that a table names for a number are tried.</summary>
public enum RateOrder : byte
{
    /// <summary>By priority, lowest first, then by price; those that cost the same by weight.</summary>
    Price = 0,

    /// <summary>The longest prefix first, then as the rows stand in the file.</summary>
    File = 1,

    /// <summary>By priority, then by how well the trunks do; those that do as well by price. Of a list of trunks, by shares.</summary>
    Quality = 2,
}
