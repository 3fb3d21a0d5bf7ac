package form

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
	"unicode/utf8"
)

type inner struct {
	A string            `json:"a"`
	N map[string]*inner `json:"n,omitempty"`
}

type wide struct {
	head
	Text   string            `json:"text"`
	Name   name              `json:"name,omitempty"`
	Plain  int               // its own name
	Small  int8              `json:"small"`
	Big    uint64            `json:"big,omitempty"`
	Yes    bool              `json:"yes"`
	At     time.Time         `json:"at"`
	Maybe  time.Time         `json:"maybe,omitzero"`
	When   *time.Time        `json:"when,omitempty"`
	Bytes  []byte            `json:"bytes"`
	Raw    json.RawMessage   `json:"raw,omitempty"`
	Lines  []inner           `json:"lines"`
	Map    map[name]string   `json:"map"`
	Counts map[int]string    `json:"counts,omitempty"`
	In     inner             `json:"in,omitzero"`
	Ptr    *inner            `json:"ptr"`
	Any    any               `json:"any"`
	Float  float64           `json:"float"`
	Num    json.Number       `json:"num,omitempty"`
	Own    own               `json:"own"`
	Owns   map[string]own    `json:"owns,omitempty"`
	Odd    odd               `json:"odd"`
	Array  [2]string         `json:"array"`
	Times  []time.Time       `json:"times,omitempty"`
	Nested map[string][]byte `json:"nested,omitempty"`
	Gone   string            `json:"-"`
	hidden string
}

type name string

type head struct {
	ID string `json:"-"`
}

// own encodes itself, by its pointer.
type own struct{ X int }

func (o *own) MarshalJSON() ([]byte, error) { return json.Marshal([]int{o.X}) }

// odd follows rules that only encoding/json keeps.
type odd struct {
	inner
	S int `json:"s,string"`
}

// texts are worth trying in every string.
func texts() []string {
	return []string{"", "a", "涉诈网站", "<b>&\"\\/", "\x00\x1f\x7f\b\f\n\r\t", "\u2028\u2029\ufffd", "broken \xff\xe4\xb8 text", "🚨", "\xed\xa0\x80"}
}

// fill gives every exported member a value by chance.
func fill(r *rand.Rand, v reflect.Value, deep int) {
	switch {
	case v.Type() == timeType:
		zones := []*time.Location{time.UTC, time.Local, time.FixedZone("", 8*3600), time.FixedZone("x", -5400)}
		if r.IntN(4) > 0 {
			v.Set(reflect.ValueOf(time.Unix(r.Int64N(4e9), r.Int64N(1e9)).In(zones[r.IntN(len(zones))])))
		}
		return
	case v.Type() == number:
		v.SetString("12.5e3")
		return
	case v.Type() == reflect.TypeFor[json.RawMessage]():
		v.SetBytes([]byte(`{ "a": [1, "<"] }`))
		return
	}
	switch v.Kind() {
	case reflect.String:
		all := texts()
		v.SetString(all[r.IntN(len(all))])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int64:
		v.SetInt(r.Int64() >> r.IntN(64))
	case reflect.Uint, reflect.Uint8, reflect.Uint64:
		v.SetUint(r.Uint64() >> r.IntN(65))
	case reflect.Float64:
		v.SetFloat(r.NormFloat64() * math.Pow10(r.IntN(40)-20))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(r, v.Field(i), deep)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i), deep)
		}
	case reflect.Interface:
		all := []any{nil, 7, "七", inner{A: "v"}, &inner{A: "p"}, time.Unix(1, 2), []any{1, nil, "x"}, map[string]any{"b": true, "a": own{3}}, (*inner)(nil)}
		if x := all[r.IntN(len(all))]; x != nil {
			v.Set(reflect.ValueOf(x))
		}
	case reflect.Pointer, reflect.Slice, reflect.Map:
		fillMany(r, v, deep)
	}
}

func fillMany(r *rand.Rand, v reflect.Value, deep int) {
	if deep == 0 || r.IntN(4) == 0 {
		return
	}
	n := r.IntN(4)
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem(), deep-1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(r, v.Index(i), deep-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range n {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, key, deep-1)
			fill(r, elem, deep-1)
			v.SetMapIndex(key, elem)
		}
	}
}

// TestAsEncodingJSON: whatever a value holds, the bytes are encoding/json's.
func TestAsEncodingJSON(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	var w Writer
	for range 3000 {
		x := &wide{hidden: "never"}
		fill(r, reflect.ValueOf(x).Elem(), 3)
		want, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Append([]byte("kept"), x)
		if err != nil || !bytes.Equal(got, append([]byte("kept"), want...)) {
			t.Fatalf("seed %d: %v\ngot  %s\nwant %s", seed, err, got, want)
		}
		want, err = json.Marshal(*x) // nothing in it has an address
		if err != nil {
			t.Fatal(err)
		}
		if got, err = w.Append(nil, *x); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("seed %d, by value: %v\ngot  %s\nwant %s", seed, err, got, want)
		}
	}
}

func TestOddValues(t *testing.T) {
	var w Writer
	year := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, x := range []any{nil, (*wide)(nil), 1, "x", []int(nil), [3]bool{}, map[string]int(nil), year, &year, []any{year}, math.NaN(), func() {}, make(chan int), map[int]int{1: 2}} {
		want, bad := json.Marshal(x)
		got, err := w.Append(nil, x)
		if (err == nil) != (bad == nil) || bad == nil && !bytes.Equal(got, want) {
			t.Errorf("%T: %s, %v; want %s, %v", x, got, err, want, bad)
		}
	}
}

// self is written by AppendWith as its own encoder writes it.
type self struct {
	head
	A    string `json:"a,omitempty"`
	Body any    `json:"-"`
}

type selfPlain self

func (s *self) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		*selfPlain
		Body any `json:"body"`
	}{(*selfPlain)(s), s.Body})
}

func TestAppendWith(t *testing.T) {
	var w Writer
	for _, s := range []*self{{}, {A: "a"}, {A: "a", Body: &inner{A: "<"}}, {Body: []int{1}}} {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.AppendWith(nil, s, "body", s.Body); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	}
	if _, err := w.AppendWith(nil, &self{}, "body", func() {}); err == nil {
		t.Error("a function was written")
	}
}

func FuzzText(f *testing.F) {
	for _, s := range texts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendText(nil, s); !bytes.Equal(got, want) || !utf8.Valid(got) {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	x := &wide{Text: "我要举报一个冒充客服的网站", At: time.Now(), Maybe: time.Now(), Lines: []inner{{A: "一"}, {A: "二"}}, Map: map[name]string{"a": "b"}}
	b.Run("form", func(b *testing.B) {
		var w Writer
		var room []byte
		for b.Loop() {
			room, _ = w.Append(room[:0], x)
		}
	})
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			_, _ = json.Marshal(x)
		}
	})
}
