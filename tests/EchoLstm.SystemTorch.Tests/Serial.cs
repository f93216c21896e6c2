// Counts of live tensors and memory in use belong to the whole process: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
