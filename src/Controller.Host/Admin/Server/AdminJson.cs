using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Controller.Host.Admin.Calls;
using Controller.Host.Admin.Cluster;
using Controller.Host.Admin.Config;
using Controller.Host.Admin.Health;
using Controller.Host.Admin.Registrations;
using Controller.Host.Admin.Routes;
using Controller.Host.Admin.Trunks;

namespace Controller.Host.Admin.Server;

/// <summary>Every JSON shape of the interface, generated at build time. Between nodes a neighbouring version may say more: it is read all the same.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(CallList))]
[JsonSerializable(typeof(CallDetail))]
[JsonSerializable(typeof(CallView))]
[JsonSerializable(typeof(Dictionary<string, int>))]
[JsonSerializable(typeof(WholeClusterQuestion))]
[JsonSerializable(typeof(RegistrationList))]
[JsonSerializable(typeof(TrunkList))]
[JsonSerializable(typeof(TrunkStandings))]
[JsonSerializable(typeof(ClusterAnswer))]
[JsonSerializable(typeof(RouteQuestion))]
[JsonSerializable(typeof(RouteAnswer))]
[JsonSerializable(typeof(RouteComparison))]
[JsonSerializable(typeof(ActivationAnswer))]
[JsonSerializable(typeof(ConfigurationAnswer))]
[JsonSerializable(typeof(ConfigurationCheck))]
[JsonSerializable(typeof(VersionList))]
[JsonSerializable(typeof(JsonObject))]
public sealed partial class AdminJson : JsonSerializerContext;
