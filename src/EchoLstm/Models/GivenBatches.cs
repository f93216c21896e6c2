using EchoLstm.Engines;

namespace EchoLstm.Models;

/// <summary>Batches that a program gives one after the other; each is checked when it is its turn.</summary>
internal sealed class GivenBatches : BatchSource
{
    private readonly IEnumerable<GivenSamples> _batches;
    private readonly IReadOnlyList<GivenSamples>? _list; // the same, where they have places
    private readonly Func<GivenSamples, SampleSet> _check;
    private readonly string _name;
    private readonly int? _perEpoch;
    private IEnumerator<GivenSamples>? _enumerator; // null where the next batch is the first
    private SampleSet? _current;
    private bool _isAhead; // the batch was looked at before its turn
    private int _place;    // of the batch in what is gone through
    private int _taken;    // how many batches the epoch has had
    private long[] _order = [];

    /// <param name="batches">The batches; a list's may be shuffled.</param>
    /// <param name="check">Checks one and makes it the engine's.</param>
    /// <param name="name">What the caller calls them.</param>
    /// <param name="perEpoch">How many make an epoch, which goes on where the one before ended; null: all.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    internal GivenBatches(IEnumerable<GivenSamples> batches, Func<GivenSamples, SampleSet> check, string name, int? perEpoch = null)
    {
        (_batches, _list, _check, _name, _perEpoch) = (batches, batches as IReadOnlyList<GivenSamples>, check, name, perEpoch);
        Batches = perEpoch ?? (batches as IReadOnlyCollection<GivenSamples>)?.Count ?? 0;
        Open();
        if (!Advance())
        {
            throw new ArgumentException($"{name} has no batches. Give at least one.", name);
        }
        _isAhead = true;
    }

    internal override SampleSet Samples => _current!;

    internal override int Batches { get; }

    internal override long Count => 0;

    internal override Batch Current => new(_current!, 0, _current!.Count);

    internal override string? Name => NameOf(_place - 1);

    internal override void BeginEpoch(SeededRandom? random)
    {
        _taken = 0;
        if (random is not null && _list is not null && (_isAhead || _enumerator is null))
        {
            _order = _order.Length > 0 ? _order : new long[_list.Count];
            Orders.Shuffle(_order, random);
            Close();
        }
    }

    internal override bool MoveNext()
    {
        if (_taken == _perEpoch)
        {
            return false;
        }
        if (!_isAhead)
        {
            if (_enumerator is null)
            {
                Open();
            }
            if (!Advance())
            {
                var isOver = _perEpoch is null && _taken > 0;
                Close();
                if (isOver)
                {
                    return false;
                }
                Open();
                if (!Advance())
                {
                    throw new InvalidOperationException(
                        $"{_name} gave no batches the second time, but each epoch goes through them from the beginning. Give a list, or "
                            + "what begins anew each time, not an iterator that is used up.");
                }
            }
        }
        _isAhead = false;
        _taken++;
        return true;
    }

    private void Open()
    {
        _enumerator = (_order.Length == 0 ? _batches : _order.Select(place => _list![(int)place])).GetEnumerator();
        _place = 0;
    }

    private void Close()
    {
        _enumerator?.Dispose();
        (_enumerator, _isAhead) = (null, false);
    }

    private bool Advance()
    {
        if (!_enumerator!.MoveNext())
        {
            return false;
        }
        var next = _check(_enumerator.Current with { Owner = NameOf(_place) });
        _place++;
        _current?.Dispose();
        _current = next;
        return true;
    }

    private string NameOf(int place) =>
        string.Create(CultureInfo.InvariantCulture, $"{_name}[{(_order.Length == 0 ? place : _order[place])}]");

    public override void Dispose()
    {
        _current?.Dispose();
        _enumerator?.Dispose();
    }
}
