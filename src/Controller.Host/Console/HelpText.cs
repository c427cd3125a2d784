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
          config show | validate | diff | activate | rollback | versions   asks the node that runs
          demo      place one call through a node of its own and draw the ladder of both legs
          help      this text
          version   the version

          --config FILE     the configuration (HOCON); default hocon/single-node.conf
          --set KEY=VALUE   override one key, repeatable: --set controller.node.id=2

          of route simulate, with the configuration given:
          --uri URI | --invite FILE   the request: its Request-URI, or all of it as SIP text
          --realm NAME, --source ADDRESS:PORT, --user NAME, --method METHOD, --header "Name: value", --at 2026-12-24T18:00, --unregistered
          --recent N        asks the running node which of its newest calls this configuration would send elsewhere

        of config; the node is the one that the configuration given names as controller.admin.listen:
          validate, diff, activate   the file of --config, or without one the node's own; on every node of a cluster, whole or not at all
          rollback                   to the version before, or --to NUMBER
          --expect NUMBER            only if that version is active; --by NAME is kept with the version

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
