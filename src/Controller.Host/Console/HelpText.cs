using System.Reflection;

namespace Controller.Host.Console;

public static class HelpText
{
    public const string Text = """
        Controller: a SIP session border controller whose calls outlive its machines.

        usage: Controller.Host [command] [options]

          run       run the node (the default): prints one line `ready …`, SIGTERM drains, SIGHUP re-reads the configuration
          check     read the configuration, say what is wrong with it, open nothing: exit 0 or 1
          route simulate   what would become of a request, and why; opens nothing
          demo      place one call through a node of its own and draw the ladder of both legs
          help      this text
          version   the version

          --config FILE     the configuration (HOCON); default hocon/single-node.conf
          --set KEY=VALUE   override one key, repeatable: --set controller.node.id=2

          of route simulate, with the configuration given:
          --uri URI | --invite FILE   the request: its Request-URI, or all of it as SIP text
          --realm NAME, --source ADDRESS:PORT, --method METHOD, --header "Name: value", --at 2026-12-24T18:00, --unregistered
          --recent N        asks the running node which of its newest calls this configuration would send elsewhere

        Every key with its default: hocon/reference.conf. Environment: CONTROLLER__NODE__ID=2 overrides controller.node.id.
        """;

    public static string Version
    {
        get
        {
            Assembly assembly = typeof(HelpText).Assembly;
            string? full = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
            return "Controller " + (full ?? assembly.GetName().Version?.ToString() ?? "unknown");
        }
    }
}
