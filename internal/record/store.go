package record

import (
	"context"
	"errors"
	"time"

	"netpatrol/bots"
)

// The store's errors.
var (
	ErrNotFound = errors.New("no such record")
	// ErrConflict: the record was changed since it was read. Read it again.
	ErrConflict = errors.New("the record was changed meanwhile")
	// ErrFenced: a write was made under a lease that has passed to somebody else.
	ErrFenced = errors.New("the lease has passed to another holder")
	// ErrFull: the disk is full or failing. Nothing was stored; webhooks answer 503.
	ErrFull = errors.New("the store cannot write")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the store is closed")
)

// Reader reads committed records. It is safe for concurrent use, and what it returns
// belongs to the caller.
type Reader interface {
	// Get returns one record, or ErrNotFound. A record whose subject's key was
	// destroyed comes with Head only, marked Erased.
	Get(ctx context.Context, kind bots.RecordKind, id string) (bots.Record, error)
	// List returns one page in the order Query asks for.
	List(ctx context.Context, q Query) ([]bots.Record, error)
}

// Query asks for one page of records of a kind. At most one of State and Stream may be
// empty together with a Due bound; every combination below is an index walk:
// Kind; Kind+State; Kind+Stream; Kind+Stream+State; Kind+State+DueBefore.
type Query struct {
	Kind   bots.RecordKind
	State  string // empty: any
	Stream string // empty: any
	// DueBefore lists records with a Due up to that moment, soonest first, and only those.
	DueBefore time.Time
	// After continues behind this id (Newest: before it). With DueBefore it must be empty.
	After  string
	Newest bool // newest id first
	Limit  int  // 0: 100; at most 1000
	// Heads asks for heads only: the store may leave the rest of each record empty.
	Heads bool
}

// Tx is one atomic change. Its reads see its own writes. It must not outlive the
// closure, and the closure may run twice and does no I/O.
type Tx interface {
	Get(kind bots.RecordKind, id string) (bots.Record, error)
	List(q Query) ([]bots.Record, error)
	// Put stores a record whose Version is the one it was read at (0: new), and raises it.
	// ErrConflict otherwise. Created and Updated are kept by the store's caller.
	Put(r bots.Record) error
	Delete(kind bots.RecordKind, id string) error
	// Audit appends an entry that commits with the change. Its Seq is given at commit.
	Audit(e AuditEntry)
}

// Store is what the engine, the outbox and the pages share. Consumers declare the part
// they use as a port of their own.
type Store interface {
	Reader
	// Update makes one atomic change, durable when it returns. Updates of many callers
	// share a commit. It must not be nested.
	Update(ctx context.Context, change func(Tx) error) error
	// Accept makes events durable together with marks (cursors, last slots). An event
	// whose Key was accepted before is not stored again: its ID becomes that of the
	// first one and fresh[i] is false. Accepted and ID of fresh events are stamped in commit order,
	// Accepted strictly rising. Marks are written whatever their version.
	Accept(ctx context.Context, events []*bots.Event, marks ...*Mark) (fresh []bool, err error)
	// AuditAfter returns at most limit entries with a Seq above seq, oldest first.
	AuditAfter(ctx context.Context, seq uint64, limit int) ([]AuditEntry, error)
	// AuditOf returns the entries on one record, oldest first, at most 1000.
	AuditOf(ctx context.Context, on bots.Target) ([]AuditEntry, error)
	// Erase destroys the key of a subject: its bodies cannot be opened any more.
	Erase(ctx context.Context, subject string) error
	Close() error
}

// HeadOf reads the head of a record, which costs much less than the whole where the store can
// read it alone: a Tx may have a method Head for that. Its errors are those of Get.
func HeadOf(tx Tx, kind bots.RecordKind, id string) (bots.Head, error) {
	if h, ok := tx.(interface {
		Head(kind bots.RecordKind, id string) (bots.Head, error)
	}); ok {
		return h.Head(kind, id)
	}
	r, err := tx.Get(kind, id)
	if err != nil {
		return bots.Head{}, err
	}
	return *r.Meta(), nil
}

// Load reads one record as its own type from a Tx.
func Load[T any, P interface {
	*T
	bots.Record
}](tx Tx, id string) (*T, error) {
	r, err := tx.Get(P(nil).RecordKind(), id)
	if err != nil {
		return nil, err
	}
	return any(r).(*T), nil
}

// View is Load for a record that is only looked at: others may look at the same one, so it must
// not be changed. Where the store can, that spares a copy: a Tx may have a method View for that.
func View[T any, P interface {
	*T
	bots.Record
}](tx Tx, id string) (*T, error) {
	v, ok := tx.(interface {
		View(kind bots.RecordKind, id string) (bots.Record, error)
	})
	if !ok {
		return Load[T, P](tx, id)
	}
	r, err := v.View(P(nil).RecordKind(), id)
	if err != nil {
		return nil, err
	}
	return any(r).(*T), nil
}

// Fetch reads one record as its own type from a Reader.
func Fetch[T any, P interface {
	*T
	bots.Record
}](ctx context.Context, s Reader, id string) (*T, error) {
	r, err := s.Get(ctx, P(nil).RecordKind(), id)
	if err != nil {
		return nil, err
	}
	return any(r).(*T), nil
}

// AuditEntry is one deed. It holds no personal data: people are named by officer id,
// things by record id and code.
type AuditEntry struct {
	Seq    uint64      `json:"seq"`
	At     time.Time   `json:"at"`
	Who    string      `json:"who"` // an officer's id, "bot:name", "outbox", "engine"
	Did    string      `json:"did"`
	On     bots.Target `json:"on"`
	Code   string      `json:"code,omitempty"` // of the message concerned
	Detail string      `json:"detail,omitempty"`
	Event  string      `json:"event,omitempty"`
}
