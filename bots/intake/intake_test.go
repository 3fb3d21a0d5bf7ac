package intake

import (
	"flag"
	"testing"

	"netpatrol/bots/bottest"
)

var _ = flag.Bool("update", false, "rewrite the transcripts with the present answers")

func TestTranscripts(t *testing.T) { bottest.Transcripts(t, "testdata/*.txt", New()) }
