// Counts of live tensors and resident memory belong to the whole process: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
