// Renders a Helm chart as helm does, decodes every object into the types of Kubernetes and of the Prometheus operator, which
// refuse a field that they do not know, and prints the objects as JSON. Values come as YAML on standard input.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	rbac "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := run(os.Args[1], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder string, in io.Reader, out io.Writer) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	values, err := chartutil.ReadValues(text)
	if err != nil {
		return err
	}
	if found := lint.All(folder, values, "monitoring", true); found.HighestSeverity > 1 {
		return fmt.Errorf("helm lint: %v", found.Messages)
	}
	objects, err := render(folder, values)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(objects)
}

func render(folder string, values chartutil.Values) ([]json.RawMessage, error) {
	chart, err := loader.Load(folder)
	if err != nil {
		return nil, err
	}
	release := chartutil.ReleaseOptions{Name: "headroom", Namespace: "monitoring", Revision: 1, IsInstall: true}
	complete, err := chartutil.ToRenderValues(chart, values, release, chartutil.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	files, err := engine.Render(chart, complete)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	decoder, err := strictDecoder()
	if err != nil {
		return nil, err
	}
	objects := []json.RawMessage{}
	for _, name := range names {
		if filepath.Ext(name) != ".yaml" || strings.TrimSpace(files[name]) == "" {
			continue
		}
		// A template may have several objects.
		for _, document := range strings.Split("\n"+files[name], "\n---\n") {
			if strings.TrimSpace(document) == "" {
				continue
			}
			if _, _, err := decoder.Decode([]byte(document), nil, nil); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			object, err := yaml.YAMLToJSON([]byte(document))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			objects = append(objects, object)
		}
	}
	return objects, nil
}

func strictDecoder() (runtime.Decoder, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{core.AddToScheme, apps.AddToScheme, networking.AddToScheme, rbac.AddToScheme, monitoring.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer(), nil
}
