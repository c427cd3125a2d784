namespace Controller.Host.Admin.Trunks;

public interface ITrunkDirectory
{
    Task<IReadOnlyList<TrunkView>> AllAsync();
}
