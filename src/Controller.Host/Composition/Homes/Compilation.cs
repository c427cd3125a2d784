using System.Reflection;
using System.Runtime.CompilerServices;
using Controller.Actors;
using Controller.Cluster.Membership;
using Controller.Edge;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Host.Composition.Homes;

/// <summary>
/// Compiles what calls will run through before any call is here: shards that come from another node come with calls in them, which would otherwise wait for the
/// compiler, method by method, for a third of a second.
/// </summary>
internal static class Compilation
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>About a second of one processor.</summary>
    public static void Run()
    {
        foreach (Assembly room in new[] { typeof(SipMessage), typeof(ActorId), typeof(ActorKinds), typeof(EdgeNode), typeof(Member), typeof(Compilation) }.Select(type => type.Assembly))
        {
            foreach (Type type in room.GetTypes().Where(type => !type.ContainsGenericParameters))
            {
                foreach (MethodBase method in type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)).Where(method => !method.IsAbstract && !method.ContainsGenericParameters && method.GetMethodBody() is not null))
                {
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
                }
            }
        }
    }
}
