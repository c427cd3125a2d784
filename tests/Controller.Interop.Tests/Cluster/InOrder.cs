using Xunit.Abstractions;
using Xunit.Sdk;

namespace Controller.Interop.Tests.Cluster;

/// <summary>The place of a test among those of its class.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PlaceAttribute(int number) : Attribute
{
    public int Number => number;
}

/// <summary>Tests of a class that share something run in the order of their places, and the cases of one as they stand.</summary>
public sealed class InOrder : ITestCaseOrderer
{
    public const string Name = "Controller.Interop.Tests.Cluster.InOrder", Assembly = "Controller.Interop.Tests";

    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases)
        where TTestCase : ITestCase => testCases.OrderBy(test => Place(test.TestMethod.Method)).ThenBy(test => test.DisplayName, StringComparer.Ordinal);

    private static int Place(IMethodInfo method) =>
        method.GetCustomAttributes(typeof(PlaceAttribute).AssemblyQualifiedName).SingleOrDefault()?.GetNamedArgument<int>(nameof(PlaceAttribute.Number)) ?? 0;
}
