using System.Buffers;
using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Benchmarks.Harness;

namespace Controller.Benchmarks.Calls;

/// <summary>What the machine of a call costs, input by input. Messages are parsed before: the edge has done that.</summary>
internal static class CallBenchmarks
{
    public static IEnumerable<Benchmark> All
    {
        get
        {
            IReadOnlyList<Step> steps = OrdinaryCall.Steps();
            return steps.Select(step => new Benchmark($"call: decide {step.Name}", () => Subject.Of(step.Decide)))
                .Concat(steps.Select(step => new Benchmark($"call: evolve {step.Name}", () => Evolve(step))))
                .Concat(steps.Select(step => new Benchmark($"call: encode the events of {step.Name}", () => Encode(step))));
        }
    }

    private static Subject Evolve(Step step)
    {
        ImmutableArray<CallEvent> events = step.Decide().Events;
        return Subject.Of(() =>
        {
            var state = step.Before;
            foreach (CallEvent happened in events)
            {
                state = Call.Evolve(state, happened);
            }

            return state;
        });
    }

    private static Subject Encode(Step step)
    {
        ImmutableArray<CallEvent> events = step.Decide().Events;
        var codec = new CallEventCodec();
        var into = new ArrayBufferWriter<byte>(65536);
        return Subject.Of(() =>
        {
            into.ResetWrittenCount();
            codec.Encode(events.AsSpan(), into);
            return into.WrittenCount;
        });
    }
}
