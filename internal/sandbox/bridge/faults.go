package bridge

import (
	"net/http"
	"strings"
)

// FaultKind is what goes wrong.
type FaultKind string

// The faults.
const (
	ResetBefore FaultKind = "reset-before" // the connection breaks, nothing was done
	ResetAfter  FaultKind = "reset-after"  // it was done, the answer is lost
	Gateway     FaultKind = "gateway"      // it was done, a proxy answers 504 with a page of its own
	HalfJSON    FaultKind = "half-json"    // it was done, half an answer comes, well framed
	NotSent     FaultKind = "not-sent"     // 503: certainly not done
	Busy        FaultKind = "busy"         // 429 with Retry-After: 1
	InUse       FaultKind = "in-use"       // 409: the key is under way; it was done
)

// Fault strikes requests whose "METHOD /path" begins with On.
type Fault struct {
	Kind  FaultKind
	On    string
	Skip  int // matching requests that pass first
	Times int // 0: once
}

// Fault puts a fault. The first one that matches and is due strikes.
func (s *Site) Fault(f Fault) {
	f.Times = max(f.Times, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Struck returns how many requests were struck, and how many came twice with one nonce.
func (s *Site) Struck() (faults, replays int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.struck, s.refused
}

func (s *Site) draw(r *http.Request) FaultKind {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Times == 0 || !strings.HasPrefix(r.Method+" "+r.URL.Path, f.On) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.Times--
		s.struck++
		return f.Kind
	}
	return ""
}

// strike answers a request, as the fault that is due demands.
func (s *Site) strike(w http.ResponseWriter, r *http.Request, do func() reply) {
	switch s.draw(r) {
	case ResetBefore:
		panic(http.ErrAbortHandler)
	case ResetAfter:
		do()
		panic(http.ErrAbortHandler)
	case Gateway:
		do()
		http.Error(w, "<html>gateway timeout</html>", http.StatusGatewayTimeout)
	case HalfJSON:
		do().cut(w, 2)
	case NotSent:
		no(http.StatusServiceUnavailable, "not-sent", "maintenance", "").write(w)
	case Busy:
		w.Header().Set("Retry-After", "1")
		no(http.StatusTooManyRequests, "rate-limited", "busy", "").write(w)
	case InUse:
		do()
		no(http.StatusConflict, "unknown", "key-in-use", "").write(w)
	default:
		do().write(w)
	}
}
