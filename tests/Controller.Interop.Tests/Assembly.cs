// Real processes share two cores and the clock: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
