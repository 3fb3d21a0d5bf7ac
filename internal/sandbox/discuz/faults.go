package discuz

import (
	"net/http"
)

// FaultKind is what goes wrong.
type FaultKind string

// The faults.
const (
	ResetBefore FaultKind = "reset-before" // the connection breaks, nothing was done
	ResetAfter  FaultKind = "reset-after"  // it was done, the answer is lost
	Gateway     FaultKind = "gateway"      // it was done, a proxy answers 502
	HalfJSON    FaultKind = "half-json"    // it was done, half an answer comes, well framed
	SignedOut   FaultKind = "signed-out"   // the session is not taken
	Flood       FaultKind = "flood"        // post_flood_ctrl
)

// Fault strikes requests of a module.
type Fault struct {
	Kind   FaultKind
	Module string
	Skip   int // matching requests that pass first
	Times  int // 0: once
}

// Fault puts a fault. The first one that matches and is due strikes.
func (b *Board) Fault(f Fault) {
	f.Times = max(f.Times, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, &f)
}

// Struck returns how many requests were struck.
func (b *Board) Struck() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.struck
}

func (b *Board) draw(module string) FaultKind {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		if f.Times == 0 || f.Module != module {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.Times--
		b.struck++
		return f.Kind
	}
	return ""
}

// strike answers a request, as the fault that is due demands.
func (b *Board) strike(w http.ResponseWriter, v *visit) {
	kind, part := b.draw(v.module), 1
	var r reply
	switch kind {
	case ResetBefore:
		panic(http.ErrAbortHandler)
	case SignedOut:
		r = reply{word: "to_login//1"}
	case Flood:
		r = reply{word: "post_flood_ctrl", uid: firstUID}
	default:
		r = v.carryOut()
	}
	switch kind {
	case ResetAfter:
		panic(http.ErrAbortHandler)
	case Gateway:
		http.Error(w, "<html>bad gateway</html>", http.StatusBadGateway)
		return
	case HalfJSON:
		part = 2
	}
	for _, c := range r.cookies {
		http.SetCookie(w, c)
	}
	w.Header().Set("Content-Type", "application/json")
	body := r.body(v)
	_, _ = w.Write(body[:len(body)/part])
}
