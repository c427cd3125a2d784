namespace Controller.Host.Admin.Config;

public interface IConfigurationReload
{
    /// <summary>Reads the configuration again and takes it over whole, or not at all.</summary>
    ReloadResult Reload();
}
