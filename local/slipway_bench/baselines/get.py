"""Get an environment by id: the least that a Python function behind an HTTP API does for it.

A plain runtime loop; AWS's own runtime client costs some 30 ms of CPU more at start.
"""

import http.client
import json
import os

import boto3

TABLE = os.environ["TABLE_NAME"]
DYNAMODB = boto3.client("dynamodb")


def handle(event):
    """Reads one item and answers with the entity in it."""
    project, id = event["pathParameters"]["projectKey"], event["pathParameters"]["id"]
    key = {"PK": {"S": f"P#{project}#ENVIRONMENT#{id}"}, "SK": {"S": "ENVIRONMENT"}}
    item = DYNAMODB.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item")
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    if item is None:
        return {"statusCode": 404, "headers": headers, "body": '{"message":"not found"}'}
    entity = json.loads(item["body"]["S"])
    return {"statusCode": 200, "headers": headers, "body": json.dumps(entity)}


def main():
    """The runtime loop."""
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        answer = api.getresponse()
        request_id = answer.headers["lambda-runtime-aws-request-id"]
        body = json.dumps(handle(json.loads(answer.read())))
        api.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", body.encode())
        api.getresponse().read()


main()
