package cmd

import (
	"context"
	"errors"
	"strings"
	"testing"

	"netpatrol/adapters"
)

// filer answers with an error to whatever file is asked for.
type filer struct{ err error }

func (f filer) FetchMedia(context.Context, adapters.Media) (adapters.Content, error) {
	return adapters.Content{}, f.err
}

// A file that is not there is asked for: that the platform says so shows that it may be asked.
func TestTheDoctorAsksForAFileThatIsNotThere(t *testing.T) {
	for _, c := range []struct {
		err    error
		probe  adapters.Ref
		result string
	}{
		{&adapters.Error{Class: adapters.Gone, Phase: adapters.Answered}, "1", fine},
		{&adapters.Error{Class: adapters.Rejected, Phase: adapters.Answered, Code: "20001"}, "1", notTried},
		{&adapters.Error{Class: adapters.AuthExpired, Phase: adapters.Answered}, "1", problem},
		{&adapters.Error{Class: adapters.NotSent}, "1", problem},
		{errors.New("odd"), "1", problem},
		{nil, "", notTried},
	} {
		d := doctor{platform: adapters.Platform{Manifest: adapters.Manifest{Probe: c.probe}}}
		d.media(t.Context(), filer{c.err})
		if len(d.found) != 1 || d.found[0].Tried != "media" || d.found[0].Result != c.result {
			t.Errorf("%v: %+v, want %s", c.err, d.found, c.result)
		}
		if c.result == notTried && !strings.Contains(d.found[0].Detail, "only a file that somebody sent could try it") {
			t.Errorf("it does not say why: %+v", d.found)
		}
	}
}
