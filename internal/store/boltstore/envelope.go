package boltstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/vault"
)

// head is the clear part of a stored record: what lists, orders and sweeps need.
type head struct {
	bots.Head
	schema   uint64
	accepted time.Time // of an event
	key      string    // of an event; holds no personal id
}

// schema is the version of the bodies' form. A release that changes a body raises it
// and adds the step from the one before to upcast.
const schema = 1

// envelopeForm leads every stored value.
const envelopeForm = 1

var crcTable = crc32.MakeTable(crc32.Castagnoli)

// encode makes the stored value of a record:
//
//	form, flags, clear part, body (sealed when it has a subject), CRC-32C
//
// The sealed body is bound to kind, id and everything clear, so neither can be moved
// or changed apart from the other.
func encode(v *vault.Vault, kind bots.RecordKind, h *head, body []byte) ([]byte, error) {
	buf := make([]byte, 0, 72+len(kind)+len(h.ID)+len(h.State)+len(h.Stream)+len(h.Subject)+len(h.key)+len(body)+vault.Overhead)
	buf = append(append(buf, kind...), sep)
	buf = append(append(buf, h.ID...), sep)
	start := len(buf)
	buf, err := appendBody(v, appendHead(buf, h), h.Subject, body)
	if err != nil {
		return nil, err
	}
	buf = binary.BigEndian.AppendUint32(buf, crc32.Checksum(buf, crcTable))
	if n := len(buf) - start; n > maxValue {
		return nil, fmt.Errorf("%s %s is %d bytes, the store takes %d: keep evidence in the blob store: %w", kind, h.ID, n, maxValue, record.ErrTooLarge)
	}
	return buf[start:], nil
}

// appendBody seals what is somebody's.
func appendBody(v *vault.Vault, buf []byte, subject string, body []byte) ([]byte, error) {
	if subject != "" { // promise 15
		return v.Seal(buf, subject, buf, body)
	}
	return append(buf, body...), nil
}

func appendHead(b []byte, h *head) []byte {
	b = append(b, envelopeForm)
	b = binary.AppendUvarint(b, h.schema)
	b = binary.AppendUvarint(b, h.Version)
	for _, t := range []time.Time{h.Due, h.Created, h.Updated, h.accepted} {
		b = appendTime(b, t)
	}
	for _, s := range []string{h.State, h.Stream, h.Subject, h.key} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return b
}

func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	b = binary.AppendVarint(append(b, 1), t.Unix())
	return binary.AppendUvarint(b, uint64(t.Nanosecond()))
}

// decodeHead reads the clear part of a value and returns where its body starts.
func decodeHead(id string, value []byte) (*head, int, error) {
	r := reader{b: value}
	if r.byte() != envelopeForm {
		return nil, 0, record.ErrDamaged
	}
	h := &head{schema: r.uvarint()}
	h.ID, h.Version = id, r.uvarint()
	for _, t := range []*time.Time{&h.Due, &h.Created, &h.Updated, &h.accepted} {
		*t = r.time()
	}
	start := r.at
	var ends [4]int
	var texts [4]int
	for i := range texts {
		n := len(r.bytes())
		texts[i], ends[i] = r.at-n, r.at
	}
	if r.bad {
		return nil, 0, record.ErrDamaged
	}
	all := string(value[start:r.at]) // one piece of memory for all four
	for i, s := range []*string{&h.State, &h.Stream, &h.Subject, &h.key} {
		*s = all[texts[i]-start : ends[i]-start]
	}
	return h, r.at, nil
}

// sealedBy is the key a value's body is sealed with; zero when it is in clear.
func sealedBy(value []byte) (id vault.KeyID) {
	r := reader{b: value}
	r.skipTo(2)
	subject := r.bytes()
	r.bytes()
	if rest := value[r.at:]; !r.bad && len(subject) > 0 && len(rest) >= len(id) {
		copy(id[:], rest)
	}
	return id
}

// versionIn is the version of a stored value.
func versionIn(value []byte) uint64 {
	r := reader{b: value}
	r.byte()
	r.uvarint()
	return r.uvarint()
}

// skipTo skips what comes before the texts of the clear part, and the first n of these.
func (r *reader) skipTo(n int) {
	r.byte()
	r.uvarint()
	r.uvarint()
	for range 4 {
		r.skipTime()
	}
	for range n {
		r.bytes()
	}
}

// decode turns a stored value back into a record that shares nothing with it.
func decode(v *vault.Vault, kind bots.RecordKind, id string, value []byte) (bots.Record, error) {
	r, err := decodeRecord(v, kind, id, value)
	if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", kind, id, err)
	}
	return r, nil
}

func decodeRecord(v *vault.Vault, kind bots.RecordKind, id string, value []byte) (bots.Record, error) {
	bound := append(append(append([]byte(kind), sep), id...), sep)
	if len(value) < 4 {
		return nil, record.ErrDamaged
	}
	sum := binary.BigEndian.Uint32(value[len(value)-4:])
	value = value[:len(value)-4]
	if crc32.Update(crc32.Checksum(bound, crcTable), crcTable, value) != sum {
		return nil, record.ErrDamaged
	}
	h, start, err := decodeHead(id, value)
	if err != nil {
		return nil, err
	}
	r, err := record.New(kind)
	if err != nil {
		return nil, err
	}
	body := value[start:]
	if h.Subject != "" {
		body, err = v.Open(h.Subject, append(bound, value[:start]...), body)
	}
	if errors.Is(err, vault.ErrDestroyed) {
		h.Erased = true
		setHead(r, h)
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	if err := unmarshal(h.schema, r, body); err != nil {
		return nil, err
	}
	setHead(r, h)
	return r, nil
}

func setHead(r bots.Record, h *head) {
	*r.Meta() = h.Head
	if e, ok := r.(*bots.Event); ok {
		e.Accepted, e.Key = h.accepted, h.key
	}
}

// nextHead is the head a record is stored under, as decoding gives it.
func nextHead(r bots.Record) *head {
	h := headOf(r)
	h.Version++
	h.Erased = false
	for _, t := range [...]*time.Time{&h.Due, &h.Created, &h.Updated, &h.accepted} {
		if *t = t.Round(0).UTC(); t.IsZero() {
			*t = time.Time{}
		}
	}
	return h
}

func headOf(r bots.Record) *head {
	h := &head{Head: *r.Meta(), schema: schema}
	if e, ok := r.(*bots.Event); ok {
		h.accepted, h.key = e.Accepted, e.Key
	}
	return h
}

// scratch is room for one body.
type scratch struct {
	bytes.Buffer
	to *json.Encoder
}

func (s *Store) scratch() *scratch {
	if kept, ok := s.spare.Get().(*scratch); ok {
		return kept
	}
	fresh := &scratch{}
	fresh.to = json.NewEncoder(fresh)
	return fresh
}

// marshal encodes a record into the scratch. A record's own encoder is called directly, which
// spares encoding/json checking its result again.
func (s *scratch) marshal(r bots.Record) (body []byte, err error) {
	s.Reset()
	if m, ok := r.(json.Marshaler); ok {
		body, err = m.MarshalJSON()
	} else if err = s.to.Encode(r); err == nil {
		body = bytes.TrimSuffix(s.Bytes(), []byte("\n"))
	}
	if err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", r.RecordKind(), r.Meta().ID, err)
	}
	return body, nil
}

func unmarshal(from uint64, r bots.Record, body []byte) error {
	if from != schema {
		return fmt.Errorf("its form is %d, this program knows up to %d: it was written by a newer netpatrol", from, schema)
	}
	return json.Unmarshal(body, r)
}

// reader reads what appendHead wrote; bad is set when the bytes end too soon.
type reader struct {
	b   []byte
	at  int
	bad bool
}

func (r *reader) byte() byte {
	if r.at >= len(r.b) {
		r.bad = true
		return 0
	}
	r.at++
	return r.b[r.at-1]
}

func (r *reader) uvarint() uint64 {
	x, n := binary.Uvarint(r.b[r.at:])
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.at += n
	return x
}

func (r *reader) varint() int64 {
	x, n := binary.Varint(r.b[r.at:])
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.at += n
	return x
}

func (r *reader) time() time.Time {
	if r.byte() == 0 {
		return time.Time{}
	}
	sec := r.varint()
	return time.Unix(sec, int64(r.uvarint())).UTC()
}

func (r *reader) skipTime() {
	if r.byte() != 0 {
		r.varint()
		r.uvarint()
	}
}

func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.b)-r.at) {
		r.bad = true
		return nil
	}
	r.at += int(n)
	return r.b[r.at-int(n) : r.at]
}
