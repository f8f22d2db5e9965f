// A webhook that verifies tokens of EKS by aws-iam-authenticator's own code, as the API servers of EKS do. What the code
// would ask STS is answered here: no request leaves the machine.
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"sigs.k8s.io/aws-iam-authenticator/pkg/token"
)

// The one access key that exists, and its secret.
const accessKey, secretKey = "AKIAREADER", "a-secret"

// Answers in the place of STS: it checks the signature, as STS does. The verifier sets the name of its own cluster as a header,
// so a token for another cluster has another signature.
type localSTS struct{}

func (localSTS) RoundTrip(request *http.Request) (*http.Response, error) {
	answer := func(status int, body string) (*http.Response, error) {
		return &http.Response{
			StatusCode: status,
			Header:     http.Header{"Content-Type": []string{"application/json"}},
			Body:       io.NopCloser(bytes.NewBufferString(body)),
			Request:    request,
		}, nil
	}
	query := request.URL.Query()
	scope := strings.SplitN(query.Get("X-Amz-Credential"), "/", 2)
	if len(scope) != 2 || scope[0] != accessKey {
		return answer(403, `{"Error":{"Code":"InvalidClientTokenId"}}`)
	}
	if query.Get("X-Amz-Signature") != signature(request, scope[1]) {
		return answer(403, `{"Error":{"Code":"SignatureDoesNotMatch"}}`)
	}
	return answer(200, `{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/HeadroomReader/headroom","UserId":"AROAREADER:headroom"},"ResponseMetadata":{"RequestId":"1"}}}`)
}

// Signature Version 4 of a presigned URL (IAM User Guide, "Create a signed AWS API request").
func signature(request *http.Request, scope string) string {
	query := request.URL.Query()
	query.Del("X-Amz-Signature")
	names := query.Get("X-Amz-SignedHeaders")
	headers := ""
	for _, name := range strings.Split(names, ";") {
		value := request.Header.Get(name)
		if name == "host" {
			value = request.URL.Host
		}
		headers += name + ":" + value + "\n"
	}
	canonical := strings.Join([]string{
		"GET", "/", strings.ReplaceAll(query.Encode(), "+", "%20"), headers, names, hexHash(""),
	}, "\n")
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", query.Get("X-Amz-Date"), scope, hexHash(canonical)}, "\n")
	key := []byte("AWS4" + secretKey)
	for _, part := range append(strings.Split(scope, "/"), toSign) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}

func hexHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// TokenReview of authentication.k8s.io/v1, as far as the API server needs it.
type review struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Spec       map[string]any `json:"spec"`
	Status     map[string]any `json:"status"`
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: authenticator ADDRESS CLUSTER REGION")
		os.Exit(2)
	}
	address, cluster, region := os.Args[1], os.Args[2], os.Args[3]
	http.DefaultTransport = localSTS{}
	verifier := token.NewVerifier(cluster, "aws", region)
	handler := func(writer http.ResponseWriter, request *http.Request) {
		var asked review
		if err := json.NewDecoder(request.Body).Decode(&asked); err != nil {
			http.Error(writer, "no review", http.StatusBadRequest)
			return
		}
		given, _ := asked.Spec["token"].(string)
		asked.Status = map[string]any{"authenticated": false}
		if identity, err := verifier.Verify(given); err == nil {
			// The access entry of the role: its name and its group.
			asked.Status = map[string]any{
				"authenticated": true,
				"user":          map[string]any{"username": identity.ARN, "groups": []string{"headroom-readers"}},
			}
		}
		asked.Spec = map[string]any{}
		writer.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(writer).Encode(asked)
	}
	if err := http.ListenAndServe(address, http.HandlerFunc(handler)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
