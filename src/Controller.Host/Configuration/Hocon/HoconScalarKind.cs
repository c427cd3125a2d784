namespace Controller.Host.Configuration.Hocon;

public enum HoconScalarKind : byte
{
    /// <summary>Quoted, put together from pieces, or unquoted and none of the others.</summary>
    Text,
    Number,
    Boolean,
    Null,
}
