using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>The live actors of one kind on one loop, the longest idle first. Touching and removing are O(1).</summary>
internal sealed class IdleList
{
    private ActorCell? _last;

    public ActorCell? First { get; private set; }

    public void Touch(ActorCell cell, Instant now)
    {
        cell.TouchedAt = now;
        if (ReferenceEquals(_last, cell))
        {
            return;
        }

        Remove(cell);
        cell.InIdleList = true;
        cell.IdlePrevious = _last;
        if (_last is null)
        {
            First = cell;
        }
        else
        {
            _last.IdleNext = cell;
        }

        _last = cell;
    }

    public void Remove(ActorCell cell)
    {
        if (!cell.InIdleList)
        {
            return;
        }

        if (cell.IdlePrevious is null)
        {
            First = cell.IdleNext;
        }
        else
        {
            cell.IdlePrevious.IdleNext = cell.IdleNext;
        }

        if (cell.IdleNext is null)
        {
            _last = cell.IdlePrevious;
        }
        else
        {
            cell.IdleNext.IdlePrevious = cell.IdlePrevious;
        }

        (cell.InIdleList, cell.IdlePrevious, cell.IdleNext) = (false, null, null);
    }
}
