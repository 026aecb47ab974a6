"""What is made of the SAM template. Needs the virtual environment."""

from __future__ import annotations

import io
import json
import re
import sys
import tempfile
import unittest
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from slipway_local import routes, settings, template
from slipway_local.console import StackError

MAX_RESOURCES = 450
"""CloudFormation takes 500 in a stack; at this many it is time to split data from code."""

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  PublicUrl: {Type: String, Default: ""}
  RepositoryHosts: {Type: String, Default: ""}
  AllowedHosts: {Type: String, Default: ""}
Resources:
  Guard:
    Type: AWS::Serverless::Function
    Metadata: {SkipBuild: true}
    Properties: {CodeUri: target/lambda/guard/, Handler: authorizer.authorize, Runtime: provided.al2023}
  ThingsGet:
    Type: AWS::Serverless::Function
    Metadata: {SkipBuild: true}
    Properties:
      CodeUri: target/lambda/things/
      Handler: things.get
      Runtime: provided.al2023
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Guard
        Authorizers:
          Guard:
            FunctionArn: !GetAtt Guard.Arn
            AuthorizerPayloadFormatVersion: "2.0"
            EnableSimpleResponses: true
            Identity: {Headers: [Authorization], ReauthorizeEvery: 60}
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /{projectKey}/things/{id}:
            get: { x-amazon-apigateway-integration: { $ref: "#/components/x-amazon-apigateway-integrations/ThingsGet" } }
            put: { x-amazon-apigateway-integration: { $ref: "#/components/x-amazon-apigateway-integrations/ThingsGet" } }
          /open:
            post:
              security: [{ NONE: [] }]
              x-amazon-apigateway-integration: { $ref: "#/components/x-amazon-apigateway-integrations/ThingsGet" }
        components:
          x-amazon-apigateway-integrations:
            ThingsGet: { type: aws_proxy, uri: !Sub "lambda:path/functions/${ThingsGet.Arn}/invocations" }
"""


class Gateway:
    """Remembers what is asked of it, like the service does."""

    def __init__(self) -> None:
        self.items: dict[str, list[dict]] = {"Route": [], "Integration": [], "Authorizer": []}
        self.calls = 0

    def __getattr__(self, name: str) -> Callable[..., dict]:
        verb, _, noun = name.partition("_")
        kind = noun.rstrip("s").capitalize()
        return lambda **arguments: self._do(verb, kind, arguments)

    def _do(self, verb: str, kind: str, arguments: dict) -> dict:
        arguments.pop("ApiId")
        found = self.items[kind]
        if verb == "get":
            return {"Items": list(found)}
        self.calls += 1
        identity = f"{kind}Id"
        if verb == "create":
            found.append({identity: f"{kind}{len(found)}", **arguments})
            return found[-1]
        target = next(item for item in found if item[identity] == arguments[identity])
        if verb == "delete":
            found.remove(target)
        else:
            target.update(arguments)
        return target


class TemplateTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        (self.directory / "all-functions").touch()
        (self.directory / "template.yaml").write_text(TEMPLATE)
        self.settings = replace(
            settings.load(), template=self.directory / "template.yaml", binary=self.directory / "all-functions",
            parameters={}
        )

    def prepare(self) -> template.Prepared:
        return template.prepare(self.settings, "bucket")

    def test_one_package_starts_the_built_program_for_every_function(self) -> None:
        prepared = self.prepare()
        [(key, package)] = prepared.packages.items()
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            self.assertEqual(archive.read("executable").decode(), str(self.settings.binary))
            self.assertIn(f"exec '{self.settings.binary}'", archive.read("bootstrap").decode())
            self.assertEqual(archive.getinfo("bootstrap").external_attr >> 16, 0o755)
        resources = prepared.template["Resources"].values()
        code = {it["Properties"]["CodeUri"] for it in resources if it["Type"] == "AWS::Serverless::Function"}
        self.assertEqual(code, {f"s3://bucket/{key}"})

    def test_the_digest_is_stable_and_follows_the_parameters(self) -> None:
        first = self.prepare()
        self.assertEqual(first.digest, self.prepare().digest)
        self.settings = replace(self.settings, parameters={"AllowedHosts": "x"})
        self.assertNotEqual(first.digest, self.prepare().digest)

    def test_parameters(self) -> None:
        archives = self.settings.archives
        host = archives.removeprefix("http://")
        self.assertEqual(self.prepare().parameters, {
            "PublicUrl": self.settings.url, "RepositoryHosts": f"{host}={archives}/{{path}}/{{tag}}.tar.gz",
        })
        self.settings = replace(self.settings, parameters={"Nope": "1"})
        with self.assertRaisesRegex(StackError, "no parameter 'Nope'"):
            self.prepare()

    def test_origins_are_those_that_browsers_send(self) -> None:
        lines = (Path(__file__).parents[2] / "template.yaml").read_text().splitlines()
        pattern = re.compile(json.loads(lines[lines.index("  CorsOrigins:") + 3].split(": ", 1)[1]))
        for taken in ("", "*", "https://a", "https://a:8443,http://b:443", "http://127.0.0.1:3000"):
            self.assertTrue(pattern.fullmatch(taken), taken)
        for refused in (
            "https://a:443", "http://a:80", "https://b,https://a:443", "https://a:443,https://b", "https://a:0443",
            "https://a/", "https://a,", ",https://a", "*,https://a", "https://A", "https://ahttps://b",
        ):
            self.assertFalse(pattern.fullmatch(refused), refused)

    def test_a_missing_program_is_named(self) -> None:
        self.settings.binary.unlink()
        with self.assertRaisesRegex(StackError, "all-functions"):
            self.prepare()

    def test_functions_by_operation(self) -> None:
        self.assertEqual(
            template.functions(self.prepare()), {"authorizer.authorize": "Guard", "things.get": "ThingsGet"}
        )

    def test_routes_are_created_once_and_removed_when_gone(self) -> None:
        _, body = template.api(self.prepare()) or ("", {})
        names = routes.Names({"Guard": "guard-1", "ThingsGet": "things-1"}, "eu-central-1", "0")
        gateway = Gateway()
        self.assertEqual(routes.reconcile(gateway, "api", body, names), 3)
        byname = {route["RouteKey"]: route for route in gateway.items["Route"]}
        self.assertEqual(byname["POST /open"]["AuthorizationType"], "NONE")
        for method in ("GET", "PUT"):
            self.assertEqual(byname[f"{method} /{{projectKey}}/things/{{id}}"]["AuthorizationType"], "CUSTOM")
        authorizer = gateway.items["Authorizer"][0]
        self.assertEqual(authorizer["IdentitySource"], ["$request.header.Authorization"])
        self.assertEqual(authorizer["AuthorizerResultTtlInSeconds"], 60)
        self.assertTrue(authorizer["EnableSimpleResponses"])
        calls = gateway.calls
        routes.reconcile(gateway, "api", body, names)
        self.assertEqual(gateway.calls, calls, "a second run changes nothing")
        del body["paths"]["/open"]
        self.assertEqual(routes.reconcile(gateway, "api", body, names), 2)
        self.assertEqual(len(gateway.items["Route"]), 2)

    def test_a_route_to_an_integration_that_is_not_there_is_named(self) -> None:
        _, body = template.api(self.prepare()) or ("", {})
        del body["components"]["x-amazon-apigateway-integrations"]["ThingsGet"]
        names = routes.Names({"Guard": "guard-1", "ThingsGet": "things-1"}, "eu-central-1", "0")
        with self.assertRaisesRegex(StackError, "x-amazon-apigateway-integrations/ThingsGet"):
            routes.reconcile(Gateway(), "api", body, names)

    def test_the_stack_stays_within_what_cloudformation_takes(self) -> None:
        self.settings = replace(self.settings, template=settings.load().template)
        count = len(self.prepare().translated["Resources"])
        print(f"template.yaml: {count} resources, at most {MAX_RESOURCES}", file=sys.stderr)
        self.assertLess(count, MAX_RESOURCES)


if __name__ == "__main__":
    unittest.main()
