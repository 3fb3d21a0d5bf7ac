package nodebb_test

import (
	"testing"

	"netpatrol/adapters"
)

// TestFlag_AMember is not told the number of a flag, and may not list flags.
func TestFlag_AMember(t *testing.T) {
	f := newFake()
	f.member = true
	caps, post := open(t, f, nil), f.Write("posts", "内部渠道，稳赚不赔")
	flag := adapters.Flag{Post: post, Kind: adapters.FlagOther, Text: "请核实 NP-7Q4"}
	if r, err := caps.Flag.Flag(t.Context(), try, flag); err != nil || r.Ref != "flag:"+post || r.Existed {
		t.Fatalf("%+v, %v", r, err)
	}
	got, err := caps.Find.Find(t.Context(), adapters.FindQuery{Channel: adapters.Moderators, Parent: post, Flag: adapters.FlagOther, Code: "NP-7Q4"})
	if err != nil || got.Verdict != adapters.Inconclusive {
		t.Errorf("%v, %v; want %v", got.Verdict, err, adapters.Inconclusive)
	}
	if r, err := caps.Flag.Flag(t.Context(), try, flag); err != nil || !r.Existed {
		t.Errorf("again: %+v, %v", r, err)
	}
}

func TestFlag_WantsAReason(t *testing.T) {
	f := newFake()
	caps, post := open(t, f, nil), f.Write("posts", "内部渠道，稳赚不赔")
	if _, err := caps.Flag.Flag(t.Context(), try, adapters.Flag{Post: post, Kind: adapters.FlagOther, Text: " "}); adapters.ClassOf(err) != adapters.Rejected || len(f.flags) != 0 {
		t.Errorf("%v, %d flags", err, len(f.flags))
	}
}
